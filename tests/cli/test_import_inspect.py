"""`mint-bench import inspect`, as it is typed."""

from click.testing import CliRunner
from inspect_ai import eval as inspect_eval

from mint_bench import multi_turn
from mint_bench.cli.import_ import import_
from mint_bench.errors import MintError


def log_of(model, folder):
    """The path of a finished log."""
    task = multi_turn(source="starter", max_turns=1, tagger="none", judge="none")
    [log] = inspect_eval(task, model=model, limit=2, log_dir=str(folder), display="none")
    return log.location


def typed(*words):
    return CliRunner().invoke(import_, ["inspect", *map(str, words)])


def test_every_log_becomes_a_record(tmp_path):
    logs = [log_of(model, tmp_path) for model in ("mint/silence", "mint/parrot")]
    done = typed(*logs, "--out", tmp_path / "results")
    assert done.exit_code == 0, done.output
    written = sorted((tmp_path / "results").glob("*/*.json"))
    assert [path.parent.name for path in written] == ["parrot", "silence"]
    assert sorted(done.stdout.split()) == sorted(map(str, written))


def test_a_fault_in_one_log_leaves_nothing_half_done(tmp_path):
    broken = tmp_path / "broken.eval"
    broken.write_bytes(b"not a log")
    done = typed(log_of("mint/silence", tmp_path), broken, "--out", tmp_path / "results")
    assert isinstance(done.exception, MintError)
    assert "broken.eval" in str(done.exception)
    assert not (tmp_path / "results").exists()

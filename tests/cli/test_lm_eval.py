"""`mint-bench lm-eval`, `path` and `import lm-eval`, as they are typed."""

from pathlib import Path

from mint_bench.sources import load
from tests.cli.typed import type_in
from tests.records.lm_eval_files import samples_of, write


def test_the_path_of_the_task_files_is_printed():
    done = type_in("path", "lm-eval")
    assert (done.code, done.err) == (0, "")
    assert (Path(done.out.strip()) / "mint_gold_history.yaml").is_file()


def test_a_second_include_path_is_refused_in_one_line(tmp_path):
    done = type_in("lm-eval", "run", "--include_path", tmp_path, "--tasks", "mint")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "run lm_eval itself" in done.err


def test_samples_become_a_record(tmp_path):
    talks = load("starter").conversations[:1]
    samples = write(tmp_path, samples_of(talks, lambda c, t: "I hear you. What happened?"))
    done = type_in("import", "lm-eval", samples, "--out", tmp_path / "results")
    assert done.code == 0, done.err
    assert Path(done.out.strip()).parent == tmp_path / "results" / "model"
    assert "no tokenizer at hand" in done.err


def test_a_fault_in_one_file_leaves_nothing_half_done(tmp_path):
    talks = load("starter").conversations[:1]
    samples = write(tmp_path, samples_of(talks, lambda c, t: "I hear you."))
    done = type_in("import", "lm-eval", samples, tmp_path / "none.jsonl", "--out", tmp_path / "r")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "none.jsonl: no such file" in done.err
    assert not (tmp_path / "r").exists()

"""Old logs scored again: the same replies, new scorers, a record on the new scorers' board."""

import pytest
from inspect_ai.log import read_eval_log

from mint_bench import multi_turn
from mint_bench.engines.cell import log_path
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.regrade import instruments_of, regrade
from tests.cli.typed import type_in

from .runs import RULES, Recorder, run


def words(record):
    return [[turn.words for turn in c.turns] for c in record.conversations]


@pytest.fixture
def held(talks, tmp_path):
    """A log of a model, tagged and judged by rules, with readability beside."""
    pytest.importorskip("textstat")
    task = multi_turn(source=talks, also="readability", **RULES)
    replies = Recorder(lambda n, _: f"I am sorry. How are you, {n}?")
    return log_path(run(task, replies.model(), tmp_path / "logs").location)


def test_the_replies_stay_and_the_board_is_the_new_scorers(held, tmp_path):
    before = record_from_log(held)
    path, record = regrade(held, tmp_path / "again", judge="none")
    assert words(record) == words(before)
    assert (record.board.tagger.name, record.board.judges) == ("rules", [])
    assert before.board.judges[0].name == "rules"
    assert all(turn.ratings is None for c in record.conversations for turn in c.turns)
    assert record.settings == before.settings
    assert path.name == f"{held.stem}.rules-none.eval"
    assert record.provenance.log_sha != before.provenance.log_sha
    assert "scored again by mint-bench" in record.provenance.notes[0]


def test_what_stood_beside_the_ranking_is_kept(held, tmp_path):
    before = record_from_log(held)
    _, record = regrade(held, tmp_path / "again", tagger="none")
    assert record.provenance.also == before.provenance.also != {}
    assert record.conversations[0].turns[0].also == before.conversations[0].turns[0].also


def test_the_new_log_is_a_log_of_inspect_and_can_be_scored_again(held, tmp_path):
    path, _ = regrade(held, tmp_path / "again", judge="none")
    log = read_eval_log(str(path))
    assert instruments_of(log) == ("rules", "none")
    assert "density" in {name for s in log.results.scores for name in s.metrics}
    _, back = regrade(path, tmp_path / "once more", judge="rules")
    assert back.board == record_from_log(held).board
    assert [c.turns for c in back.conversations] == [
        c.turns for c in record_from_log(held).conversations
    ]


def test_the_old_log_is_untouched(held, tmp_path):
    before = held.read_bytes()
    regrade(held, tmp_path / "again", judge="none")
    assert held.read_bytes() == before


def test_a_judge_without_its_model_and_a_log_of_others_are_refused(held, tmp_path):
    with pytest.raises(MintError, match="role grader has no model"):
        regrade(held, tmp_path / "again", judge="llm")
    with pytest.raises(MintError, match="no such log"):
        regrade(tmp_path / "nothing.eval", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_the_command_writes_records_and_names_a_missing_role(held, tmp_path):
    words = ("regrade", held, "--log-dir", tmp_path / "again", "--out", tmp_path / "results")
    done = type_in(*words, "--judge", "none")
    assert done.code == 0, done.err
    [path] = (tmp_path / "results").glob("*/*.json")
    assert done.out.splitlines()[-1] == str(path)
    missing = type_in(*words, "--judge", "llm")
    assert missing.code == 2
    assert "--model-role grader=" in missing.err


@pytest.mark.parametrize("option", ["--log-dir", "--out"])
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_scored(held, tmp_path, option):
    (tmp_path / "taken").touch()
    there = {"--log-dir": tmp_path / "again", "--out": tmp_path / "results"}
    there[option] = tmp_path / "taken"
    done = type_in("regrade", held, *(word for pair in there.items() for word in pair))
    assert done.code == 2
    assert "taken: no folder that can be written" in done.err
    assert not (tmp_path / "again").exists()

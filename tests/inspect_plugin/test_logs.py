"""A record out of a log: what it says, and which logs are refused."""

import json
from pathlib import Path

import pytest
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import Sample
from inspect_ai.log import read_eval_log, write_eval_log

from mint_bench import gold_history, human, multi_turn
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.board import PRICES
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.records.figures import figures
from mint_bench.records.store import read, write
from mint_bench.replay.definition import load_task
from mint_bench.resources import ids_sha, sha256_file, sha256_text

from .runs import RULES, Recorder, run


@pytest.fixture
def log(talks, tmp_path):
    task = multi_turn(source=talks, max_turns=2, **RULES)
    model = Recorder(lambda n, messages: "I am sorry. How so?").model()
    return run(task, model, tmp_path, epochs=2, temperature=0.2)


def test_the_board_says_all_that_must_be_equal_to_compare(log):
    board = record_from_log(log).board
    assert board.source.name == "file:talks.jsonl"
    assert board.source.ids_sha == ids_sha(["flat", "exam", "dog"])
    assert (board.history, board.seeker.name, board.judge_view) == ("own", "scripted", "own")
    assert board.max_turns == 2
    assert (board.tagger.name, board.tagger.sha) == ("rules", "0123456789abcdef")
    assert board.judges[0].settings == {"strict": 1}


def test_the_settings_say_what_may_differ(log):
    settings = record_from_log(log).settings
    assert (settings.provider, settings.model, settings.epochs) == ("mockllm", "model", 2)
    assert settings.sampling == {"temperature": 0.2, "max_tokens": 2048}
    assert settings.system_prompt_sha == sha256_text(load_task("multi_turn").prompt())


def test_the_provenance_says_how_it_came_about(log):
    provenance = record_from_log(Path(log.location)).provenance
    assert provenance.log_sha == sha256_file(Path(log.location))
    assert provenance.started <= provenance.finished
    assert provenance.tokens == {"input": 10, "output": 50}
    assert {"inspect_ai", "python"} <= set(provenance.versions)


def test_the_cost_is_at_the_prices_that_the_run_kept(log):
    log.eval.metadata[PRICES] = {"mockllm/model": {"input": 0.0, "output": 1e6, "cached": None}}
    assert record_from_log(log).provenance.cost_usd == 50


def test_prices_edited_by_hand_are_refused_by_field(log):
    log.eval.metadata[PRICES] = {"mockllm/model": {"input": -1, "output": 1}}
    with pytest.raises(
        MintError, match=rf"eval\.metadata\.{PRICES}: mockllm/model\.input: must be"
    ):
        record_from_log(log)


def test_every_conversation_and_epoch_is_there_in_the_sources_order(log):
    record = record_from_log(log)
    found = [(c.id, c.epoch, len(c.turns)) for c in record.conversations]
    assert found == [
        (name, epoch, n) for name, n in (("flat", 2), ("exam", 2), ("dog", 1)) for epoch in (1, 2)
    ]


def test_no_word_of_a_conversation_and_no_path_is_in_the_record(log, tmp_path):
    text = write(record_from_log(log), tmp_path / "results").read_text()
    assert all(word not in text for word in ("burned", "sorry", "exam was", str(tmp_path)))


def test_a_record_survives_writing_and_reading(log, tmp_path):
    record = record_from_log(log)
    assert read(write(record, tmp_path / "results")).conversations == record.conversations


def test_gold_history_has_no_seeker(talks, tmp_path):
    log = run(gold_history(source=talks, **RULES), "mint/silence", tmp_path)
    board = record_from_log(log).board
    assert (board.history, board.seeker, board.judge_view) == ("gold", None, "gold")


def test_trivial_systems_are_of_their_own_kind(talks, tmp_path):
    record = record_from_log(run(multi_turn(source=talks, **RULES), "mint/copy_last", tmp_path))
    assert (record.kind, record.system, record.title) == ("trivial", "copy_last", "Copy last")
    assert record.settings.sampling == {}


@pytest.mark.parametrize(("history", "seeker"), [("own", True), ("gold", False)])
def test_people_stand_on_the_board_that_was_asked_for(tmp_path, history, seeker):
    log = run(human(source="starter", history=history, **RULES), None, tmp_path, limit=2)
    record = record_from_log(log)
    assert (record.kind, record.system, record.settings.provider) == ("human", "human", None)
    assert record.board.history == history
    assert (record.board.seeker is not None) == seeker


def test_people_and_systems_share_a_board(tmp_path):
    people = run(human(source="starter", **RULES), None, tmp_path, limit=2)
    system = run(multi_turn(source="starter", **RULES), "mint/silence", tmp_path, limit=2)
    assert record_from_log(people).board == record_from_log(system).board


def failing(number, messages):
    if any("dog" in message.text for message in messages):
        raise ConnectionError("no route\nto host")
    return "I see."


def test_a_conversation_that_failed_stands_unscored_with_its_reason(talks, tmp_path):
    task = multi_turn(source=talks, **RULES)
    log = run(task, Recorder(failing).model(), tmp_path, fail_on_error=False)
    record = record_from_log(log)
    assert record.board.source.ids_sha == ids_sha(["flat", "exam", "dog"])
    [dog] = [c for c in record.conversations if c.id == "dog"]
    assert all("no route" in turn.unscored["reply"] for turn in dog.turns)
    assert all(turn.tactics is None and turn.ratings is None for turn in dog.turns)
    assert figures(record.conversations, "t")["unscored"].value > 0
    [note] = record.provenance.notes
    assert note.startswith("failed: dog, epoch 1: ")
    assert "\n" not in note


def test_a_log_in_which_everything_failed_is_refused_with_the_reason(talks, tmp_path):
    def broken(number, messages):
        raise ConnectionError("no route")

    task = multi_turn(source=talks, **RULES)
    log = run(task, Recorder(broken).model(), tmp_path, fail_on_error=False)
    with pytest.raises(MintError, match=r"no conversation .*no route"):
        record_from_log(log)


def test_an_unfinished_log_says_how_far_it_came(log):
    cut = read_eval_log(log.location)
    cut.samples = cut.samples[:4]
    cut.status = "started"
    write_eval_log(cut, log.location)
    with pytest.raises(MintError, match="not finished \\(4 of 6 conversations"):
        record_from_log(Path(log.location))


def test_a_log_of_another_task_is_refused(tmp_path):
    task = Task(dataset=[Sample(input="1+1?", target="2", id="sum")], name="sums")
    [log] = inspect_eval(task, model="mint/parrot", log_dir=str(tmp_path), display="none")
    with pytest.raises(MintError, match="sums, not one of mint-bench"):
        record_from_log(Path(log.location))


def test_a_log_scored_by_two_taggers_is_refused(log):
    log.samples[0].scores["conversation_figures"].metadata["tagger"] = None
    with pytest.raises(MintError, match="another tagger or judge"):
        record_from_log(log)


def test_figures_edited_by_hand_are_refused_by_field(log):
    figures = log.samples[0].scores["conversation_figures"].metadata["figures"]
    figures["turns"][0]["ratings"][0] = 9
    with pytest.raises(MintError, match=r"turns\.0\.ratings\.0"):
        record_from_log(log)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text", "json"])
def test_a_damaged_file_is_one_line_that_names_it(log, tmp_path, damage):
    path = tmp_path / f"damaged.{'json' if damage == 'json' else 'eval'}"
    whole = Path(log.location).read_bytes()
    content = {"empty": b"", "cut": whole[: len(whole) // 2], "text": b"no zip at all" * 99,
               "json": json.dumps({"version": 2}).encode()}  # fmt: skip
    if damage in content:
        path.write_bytes(content[damage])
    with pytest.raises(MintError, match="damaged"):
        record_from_log(path)

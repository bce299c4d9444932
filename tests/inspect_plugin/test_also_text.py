"""Readability and polarity beside the ranking, from the task's option to record and table."""

import pytest
from inspect_ai._util.error import PrerequisiteError

from mint_bench import human, multi_turn
from mint_bench.beside import TEXT_FIGURES
from mint_bench.inspect_plugin import registry
from mint_bench.inspect_plugin.also import SCORERS
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.metrics import readability
from mint_bench.records.figures import figures
from mint_bench.records.signature import board_signature
from mint_bench.records.store import read, write
from mint_bench.records.verify import verify
from mint_bench.sources import load

from .runs import RULES, Recorder, run

BOTH = "readability,polarity"


def turns(record):
    return [turn for conversation in record.conversations for turn in conversation.turns]


def test_each_figure_of_the_words_has_a_scorer_that_inspect_finds():
    for name in TEXT_FIGURES:
        assert SCORERS[name] is getattr(registry, name)


@pytest.fixture(scope="module")
def starter_logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    parts = {"source": "starter", "tagger": "embedded-fast", "judge": "none", "max_turns": 3}
    return [
        run(multi_turn(**parts, also=also), "mint/always_validate", folder / str(also), limit=5)
        for also in (BOTH, None)
    ]


def test_every_reply_of_a_run_has_both_figures_in_the_record(starter_logs, tmp_path):
    record = record_from_log(starter_logs[0])
    assert all(set(turn.also) == {"readability", "polarity"} for turn in turns(record))
    assert all(-1 <= turn.also["polarity"] <= 1 for turn in turns(record))
    assert record.provenance.also == {name: f.how for name, f in TEXT_FIGURES.items()}
    path = write(record, tmp_path)
    assert verify(path).conversations == read(path).conversations == record.conversations


def test_the_ranked_figures_and_the_board_are_those_of_a_run_without_them(starter_logs):
    with_both, without = map(record_from_log, starter_logs)
    assert figures(with_both.conversations, "t") == figures(without.conversations, "t")
    assert board_signature(with_both.board) == board_signature(without.board)
    assert not any(turn.also for turn in turns(without))


def test_the_log_shows_the_mean_over_turns(starter_logs):
    shown = {s.name: s.metrics for s in starter_logs[0].results.scores}
    numbers = [turn.also["readability"] for turn in turns(record_from_log(starter_logs[0]))]
    assert shown["readability"]["readability"].value == pytest.approx(sum(numbers) / len(numbers))


def test_a_reply_without_words_is_told_and_does_not_count_as_unscored(talks, tmp_path):
    log = run(multi_turn(source=talks, also=BOTH, **RULES), Recorder(lambda n, m: "💛").model(),
              tmp_path)  # fmt: skip
    record = record_from_log(log)
    for turn in turns(record):
        assert turn.also == {}
        assert turn.unscored == {
            "also.readability": "no words in the reply",
            "also.polarity": "no sentence in the reply",
        }
    assert figures(record.conversations, "t")["unscored"].value == 0


def test_people_are_measured_alike(tmp_path):
    source = load("starter").conversations[0]
    log = run(human(source="starter", also="polarity", **RULES), "mockllm/model", tmp_path, limit=1)
    first = record_from_log(log).conversations[0].turns[0]
    reply = source.turns[source.scored_turns[0]].text
    assert first.also["polarity"] == TEXT_FIGURES["polarity"].measure(reply, "en").value


def test_a_missing_library_is_one_line_before_anything_runs(talks, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "textstat", None)
    readability._libraries.cache_clear()
    with pytest.raises(PrerequisiteError, match="readability needs textstat"):
        multi_turn(source=talks, also="readability", **RULES)
    readability._libraries.cache_clear()

"""What is said of a record's standing: why it has no rank, in words."""

import pytest

from mint_bench.judging.embedded import FAR
from mint_bench.records.schema import JudgeRef
from mint_bench.records.tables import board_tables
from mint_bench.records.wording import standing, standing_markdown, unranked
from mint_bench.scoring import ScoredConversation
from tests.records.release import a_record, a_turn


def with_far(count, unrated=0):
    """A board of one record of ten rated replies, so many of them far, and others unrated."""
    rated = [a_turn(t + 1, flags=[FAR] if t < count else []) for t in range(10)]
    lost = [
        a_turn(t, ratings=None, flags=[], unscored={"ratings": "no answer in form"})
        for t in range(11, 11 + unrated)
    ]
    talk = ScoredConversation(id="a", turns=[*rated, *lost])
    [table] = board_tables([a_record(conversations=[talk])])
    return table


def far(table):
    return "far from what the judge learned from" in (unranked(table.board, table.rows[0]) or "")


@pytest.mark.parametrize(("count", "expected"), [(0, False), (2, False), (3, True), (10, True)])
def test_above_one_far_reply_in_five_a_record_is_shown_without_rank(count, expected):
    assert far(with_far(count)) is expected


def test_replies_without_a_rating_do_not_count_as_near(monkeypatch):
    monkeypatch.setattr("mint_bench.records.wording.MAX_UNSCORED", 1.0)
    assert far(with_far(3, unrated=90))


def test_the_reason_is_said_with_the_records_name():
    said = (
        "Not ranked, more than 20% of its rated replies far from what the judge learned from: ours."
    )
    assert said in standing(with_far(5))


def test_every_reason_is_said_and_not_only_the_first():
    table = with_far(5, unrated=5)
    first, second = (line for line in standing(table) if line.startswith("Not ranked"))
    assert first == "Not ranked, more than 5% unscored: ours."
    assert "far from what the judge learned from: ours." in second
    assert unranked(table.board, table.rows[0]) == (
        "more than 5% unscored; more than 20% of its rated replies far from what the judge "
        "learned from"
    )


def test_what_holds_for_a_whole_board_names_nobody():
    far = ScoredConversation(id="a", turns=[a_turn(t, flags=[FAR]) for t in (1, 2)])
    near = ScoredConversation(id="a", turns=[a_turn(t) for t in (1, 2)])
    records = [a_record(system=name, conversations=[far]) for name in ("ours", "theirs")]
    [table] = board_tables(records)
    assert any(line.endswith("learned from: all records.") for line in standing(table))
    [table] = board_tables([*records, a_record(system="near", conversations=[near])])
    assert any(line.endswith("learned from: ours, theirs.") for line in standing(table))


def test_a_judge_whose_temperature_cannot_be_set_is_named():
    def told(**settings):
        judges = [JudgeRef(name=name, prompt_sha="a" * 64, settings=settings) for name in "xy"]
        board = a_record().board.model_copy(update={"judges": judges})
        [table] = board_tables([a_record(board=board)])
        return [line for line in standing(table) if "temperature" in line]

    [line] = told(temperature=None)
    assert line == (
        "x + y rated at the provider's own temperature, which cannot be set: another run may give "
        "other ratings."
    )
    assert told(temperature=0) == told() == []


def test_a_record_with_nothing_against_it_has_a_rank():
    board = a_record().board.model_copy(update={"judges": []})
    [table] = board_tables([a_record(board=board)])
    assert unranked(table.board, table.rows[0]) is None
    assert standing(table) == []
    assert standing_markdown(table) == ""

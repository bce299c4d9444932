"""What is said of a record's standing: why it has no rank, in words."""

import pytest

from mint_bench.judging.embedded import FAR
from mint_bench.records.tables import board_tables
from mint_bench.records.wording import standing, unranked
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

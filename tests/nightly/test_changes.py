"""Nights against earlier nights: only what can be compared, and anew after what was told."""

from datetime import date, timedelta

import numpy as np
import pytest

from mint_bench.errors import MintError
from mint_bench.nightly.changes import compared, share_of
from mint_bench.nightly.history import History, Night, night_of
from mint_bench.nightly.note import note, write_note
from tests.leaderboard.records import better, record

FIRST = date(2026, 11, 1)
FIGURE = "aggregated_empathy"
LEVEL = 0.005


def nights(values, **given):
    """A night a row of shares."""
    return [
        Night(**{
            "night": FIRST + timedelta(days=day), "series": "board-settings",
            "shape": {"mint-bench": "0.1.0"}, "signature": "s", "record": "parrot/x.json",
            "figures": {FIGURE: float(np.mean(row))},
            "shares": {FIGURE: {f"c{c}": float(x) for c, x in enumerate(row)}}, **given,
        })
        for day, row in enumerate(values)
    ]  # fmt: skip


def noisy(count, fall_at=None, by=0.8, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(3, 1, 40) + rng.normal(0, 0.3, (count, 40))
    if fall_at is not None:
        values[fall_at:] -= by
    return values


def test_a_night_keeps_figures_and_shares_and_no_more():
    whole = record(size=24)
    night = night_of(whole, "calm/x.json", FIRST, {"model": "r1"}, [FIGURE, "words"])
    assert np.mean(list(night.shares["words"].values())) == pytest.approx(night.figures["words"])
    assert len(night.shares[FIGURE]) == 24


def test_another_revision_can_be_compared_another_board_cannot():
    def series(**changes):
        whole = better("calm", 1)
        settings = whole.settings.model_copy(update=changes.get("settings", {}))
        board = whole.board.model_copy(update=changes.get("board", {}))
        changed = whole.model_copy(update={"settings": settings, "board": board})
        return night_of(changed, "x", FIRST, {}, [FIGURE]).series

    assert series(settings={"revision": "r1"}) == series(settings={"revision": "r2"})
    assert series(board={"max_turns": 2}) != series(board={"max_turns": 3})
    assert series(settings={"sampling": {"seed": 1}}) != series()


def test_a_history_keeps_its_nights_and_a_night_done_again_once(tmp_path):
    history = History(tmp_path)
    first, second = nights(noisy(2))
    for night in (first, second, second):
        history.add("parrot", night)
    assert history.read("parrot") == [first, second]
    assert history.last("nobody") is None


def test_a_damaged_history_is_told_by_its_line(tmp_path):
    (tmp_path / "parrot.jsonl").write_text('{"night": "2026-11-01"}\n')
    with pytest.raises(MintError, match=r"parrot\.jsonl:1"):
        History(tmp_path).read("parrot")


def test_a_regression_is_found_named_and_dated():
    seen = compared("parrot", nights(noisy(10, fall_at=6)), FIGURE, LEVEL)
    assert (seen.found, seen.kind, seen.nights) == (True, "regression", 10)
    assert seen.since == FIRST + timedelta(days=6)
    assert seen.change.high < 0


def test_what_rises_is_an_improvement_and_of_repetition_a_regression():
    values = noisy(8, fall_at=6, by=-0.8)
    assert compared("parrot", nights(values), FIGURE, LEVEL).kind == "improvement"
    figures = {"shares": None, "figures": {"repetition_vs_self": 0.0}}
    repeating = [
        night.model_copy(update={**figures, "shares": {"repetition_vs_self": night.shares[FIGURE]}})
        for night in nights(values)
    ]
    assert compared("parrot", repeating, "repetition_vs_self", LEVEL).kind == "regression"


def test_quiet_nights_and_a_first_night_say_nothing():
    assert not compared("parrot", nights(noisy(30)), FIGURE, LEVEL).found
    first = compared("parrot", nights(noisy(1)), FIGURE, LEVEL)
    assert (first.found, first.since, first.nights) == (False, None, 1)


def test_nights_of_another_series_do_not_count():
    other = nights(noisy(5), series="other")
    mine = nights(noisy(6, seed=3) - 2)[5:]
    assert compared("parrot", [*other, *mine], FIGURE, LEVEL).nights == 1


def test_what_was_told_is_not_told_again():
    given = nights(noisy(12, fall_at=6))
    told = given[7].model_copy(update={"told": {FIGURE: given[6].night}})
    seen = compared("parrot", [*given[:7], told, *given[8:]], FIGURE, LEVEL)
    assert (seen.found, seen.nights) == (False, 4)  # after the night that told it


def test_the_level_is_spent_over_all_stretches_of_nights_together():
    given = nights(noisy(12))
    told = [n.model_copy(update={"told": {FIGURE: n.night}}) for n in given[4:6]]
    later = [n.model_copy(update={"series": "other"}) for n in given[8:]]
    first, second, third, fourth = (
        compared("parrot", past, FIGURE, LEVEL).level / LEVEL
        for past in (
            given[:4],
            [*given[:4], told[0]],
            [*given[:4], *told, *given[6:8]],
            [*given[:4], *told, *given[6:8], *later],
        )
    )
    assert [first, second, third, fourth] == [share_of(k) for k in (1, 2, 3, 4)]
    assert sum(share_of(k) for k in range(1, 10_000)) == pytest.approx(1, abs=1e-3)
    assert sum(share_of(k) for k in range(1, 10_000)) < 1


def test_the_note_says_what_since_when_and_what_altered(tmp_path):
    given = nights(noisy(8, fall_at=6))
    later = [night.model_copy(update={"shape": {"mint-bench": "0.2.0"}}) for night in given[6:]]
    seen = compared("parrot", [*given[:6], *later], FIGURE, LEVEL)
    path = write_note(seen, later[-1].night, tmp_path)
    text = path.read_text()
    assert text == note(seen, later[-1].night)
    assert text.startswith("# Empathy of parrot is worse since 2026-11-07\n")
    assert "- mint-bench: 0.1.0 → 0.2.0" in text

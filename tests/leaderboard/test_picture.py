"""The picture first: axes that fit one system as well as many, and no tick off a scale's end."""

import pytest

from mint_bench.leaderboard.picture import SHEETS, drawable, picture
from mint_bench.records.tables import board_tables
from tests.leaderboard.records import better, record


def drawn(records, sheet=SHEETS[0]):
    [table] = board_tables(records)
    return picture(drawable(table), sheet)


def ticks(axis):
    return [float(text.replace("−", "-")) for _, text in axis]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_one_system_stands_in_the_middle_of_wide_axes(sheet):
    found = drawn([record(size=50)], sheet)
    [mark] = found.marks
    assert mark.x == pytest.approx((found.left + found.right) / 2, abs=0.2 * sheet.width)
    assert mark.across[1] - mark.across[0] < 0.8 * (found.right - found.left)
    assert mark.up[0] - mark.up[1] < 0.8 * (found.bottom - found.top)
    assert ticks(found.up)[-1] - ticks(found.up)[0] > 0.7
    assert ticks(found.across)[-1] - ticks(found.across)[0] >= 0.3


def test_no_tick_lies_off_the_end_of_a_scale():
    found = drawn([better("best", 2.85), better("next", 2.8, shift=1)])
    assert max(ticks(found.up)) == 5.0
    assert max(ticks(found.across)) <= 1.0


def test_every_mark_and_whisker_lies_within_the_axes():
    found = drawn([better(f"s{k}", k / 4, shift=k) for k in range(8)])
    for mark in found.marks:
        assert found.left <= mark.across[0] <= mark.x <= mark.across[1] <= found.right
        assert found.top <= mark.up[1] <= mark.y <= mark.up[0] <= found.bottom

"""Many systems on one board: small, readable, and still all there."""

import json
import re

import pytest

from mint_bench.leaderboard.build import build
from mint_bench.leaderboard.home import MOST_LETTERS
from mint_bench.leaderboard.picture import MOST_LABELLED
from mint_bench.leaderboard.versus import MOST_LISTED
from tests.leaderboard.records import better, record

LIMIT = 300_000  # bytes of the first page


def many(count):
    """Systems whose empathy rises from one to the next by little, and the human."""
    systems = [
        better(f"system-{k:04}-{k % 70 + 1}B", k / count, shift=k % 4) for k in range(count - 1)
    ]
    return [*systems, record("human", kind="human", size=50)]


def rows_of(page):
    return re.findall(r'<th scope="row" class="s"><a href="([^"]+)"', page.read_text("utf-8"))


def test_the_first_page_of_100_systems_is_small_and_holds_them_all(tmp_path):
    page = build(many(100), tmp_path / "site")
    assert page.stat().st_size < LIMIT
    assert len(set(rows_of(page))) == 100


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_thousand_systems_are_shown(tmp_path):
    page = build(many(1000), tmp_path / "site")
    html = page.read_text("utf-8")
    targets = rows_of(page)
    assert len(set(targets)) == 1000
    assert all((page.parent / target).is_file() for target in targets)
    assert 0 < len(re.findall(r'<path class="w"', html)) <= 2 * MOST_LABELLED
    assert "drawn for named systems alone" in html
    letters = re.findall(r'<td class="r">[^<]*<small>([^<]*)</small>', html)
    assert max(map(len, letters)) <= MOST_LETTERS
    [compare] = page.parent.glob("boards/*/compare.html")
    assert f"The first {MOST_LISTED} of 1000 systems" in compare.read_text("utf-8")
    assert len(json.loads((page.parent / "leaderboard.json").read_text("utf-8"))["records"]) == 1000

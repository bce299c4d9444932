"""Whether the pages of conversations show the ratings and tactics that the records hold."""

import re
from functools import cache

from mint_bench.judging.judge import HIGHER_IS_BETTER
from mint_bench.leaderboard.talks import AGAIN, DIMENSION_WORDS, NOT, USED
from mint_bench.nightly.checked import Checked
from mint_bench.nightly.recomputed import tactics_of
from mint_bench.nightly.site_pages import Page
from mint_bench.scoring import ScoredConversation, ScoredTurn
from mint_bench.tactics.taxonomy import load_taxonomy

FILE = re.compile(r"talk-\d+(?:-(\d+))?\.html")


def check_talks(checked: Checked) -> None:
    """Check every page of a conversation."""
    for page in checked.pages.values():
        found = FILE.fullmatch(page.path.name)
        system = checked.systems.get(checked.folder(page))
        if not found or system is None:
            continue
        name, epoch = page.heading, int(found[1] or 1)
        held = [c for c in system.record.conversations if (c.id, c.epoch) == (name, epoch)]
        if not held:
            checked.findings.fault(checked.name(page), f"no conversation {name!r:.60} behind it")
            continue
        _lead(checked, page, system.talk(name, epoch))
        _ratings(checked, page, held[0])
        _map(checked, page, held[0])


def _lead(checked: Checked, page: Page, found: tuple[float, float | None, float | None]) -> None:
    _, empathy, again = found
    text = " ".join(one.text for one in page.paragraphs if "lead" in one.classes)
    where = f"{checked.name(page)}: at its head"
    for pattern, what, value in (
        (r"Empathy (\d\S*)\. ?", "empathy", empathy),
        (r"(\d+) % of a turn", "returning", again),
    ):
        shown = re.search(pattern, text)
        checked.findings.value(f"{where}, {what}", shown[1] if shown else "–", value)


def _ratings(checked: Checked, page: Page, held: ScoredConversation) -> None:
    """Beside each reply `3.50 empathy`, then each dimension with its rating."""
    where = checked.name(page)
    checked.findings.same(f"{where}: replies", len(page.rated), len(held.turns))
    for turn, shown in zip(held.turns, page.rated, strict=False):
        told = f"{where}: reply {turn.t}"
        if turn.ratings is None:
            checked.findings.same(told, shown, ["not rated"])
            continue
        checked.findings.value(f"{told}, empathy", shown[0], _empathy(turn))
        names, ratings = shown[2::2], shown[3::2]
        checked.findings.same(told, tuple(names), DIMENSION_WORDS)
        for name, text, rating in zip(names, ratings, turn.ratings, strict=False):
            checked.findings.value(f"{told}, {name}", text, rating)


def _empathy(turn: ScoredTurn) -> float | None:
    known = [
        rating if up else 6 - rating
        for rating, up in zip(turn.ratings or (), HIGHER_IS_BETTER, strict=False)
        if rating is not None
    ]
    return sum(known) / len(known) if known else None


def _map(checked: Checked, page: Page, held: ScoredConversation) -> None:
    """Each tactic that occurs with a sign a turn: used, used again right after, not used."""
    shown = {
        row[0].text.strip(): row[1].text.strip()
        for table in page.tables
        if "map" in table.classes
        for row in table.rows
    }
    used = [tactics_of(turn) if turn.tactics is not None else set() for turn in held.turns]
    expected = {}
    for k, title in enumerate(_titles()):
        signs = [
            (AGAIN if at and k in used[at - 1] else USED) if k in here else NOT
            for at, here in enumerate(used)
        ]
        if any(k in here for here in used):
            expected[title] = " ".join(signs)
    checked.findings.same(f"{checked.name(page)}: tactics by turn", shown, expected)


@cache
def _titles() -> tuple[str, ...]:
    """Of the tactics, in their order; read once for all pages."""
    return tuple(tactic.title for tactic in load_taxonomy().tactics)

"""The cards of judges and taggers as pages: the Markdown beside their weights, made HTML.

Cards are written from figures by `validation.cards`; markup in one stays text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from mint_bench.leaderboard.boards import BoardPart
from mint_bench.records.wording import headline
from mint_bench.resources import resource

KINDS = {"judges": "judge", "taggers": "tagger"}


@dataclass(frozen=True, slots=True)
class Card:
    """One card.

    Attributes:
        kind: `judge` or `tagger`.
        name: As it is typed.
        file: Name of its page.
        html: Its text, safe.
    """

    kind: str
    name: str
    file: str
    html: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A judge or tagger of a board: its name, what pins it, and its card's page, if there is one.

    Attributes:
        kind: `judge` or `tagger`.
        name: As the board names it.
        pin: Hash of weights or prompt; empty where unknown.
        boards: Headlines of the boards that it stands behind.
        card: Name of its card's page; empty without one.
    """

    kind: str
    name: str
    pin: str
    boards: tuple[str, ...]
    card: str


def cards() -> list[Card]:
    """All cards that ship."""
    found = []
    for folder, kind in KINDS.items():
        for path in sorted(resource("scorers", folder).glob("*/CARD.md")):
            name = path.parent.name
            html = _html(path.read_text("utf-8"))
            found.append(Card(kind, name, f"{kind}-{name}.html", html))
    return found


def _html(text: str) -> str:
    from markdown_it import MarkdownIt

    return _framed(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


def _framed(html: str) -> str:
    """Tables in frames that scroll by themselves; alignment as classes, not as styles."""
    number = count(1)
    html = re.sub(
        "<table>",
        lambda _: (
            f'<div class="scroll" tabindex="0" role="region" aria-label="Table '
            f'{next(number)}"><table class="plain">'
        ),
        html,
    ).replace("</table>", "</table></div>")
    return re.sub(r' style="text-align:(\w+)"', r' class="\1"', html)


def instruments(parts: Sequence[BoardPart], shipped: Sequence[Card]) -> list[Instrument]:
    """All judges and taggers that stand behind a board."""
    pages = {(card.kind, card.name): card.file for card in shipped}
    found: dict[tuple[str, str, str], list[str]] = {}
    for part in parts:
        board = part.table.board
        for judge in board.judges:
            key = ("judge", judge.name, judge.prompt_sha or "")
            found.setdefault(key, []).append(headline(board))
        if board.tagger:
            key = ("tagger", board.tagger.name, board.tagger.sha or "")
            found.setdefault(key, []).append(headline(board))
    return [
        Instrument(kind, name, pin[:8], tuple(boards), pages.get((kind, name), ""))
        for (kind, name, pin), boards in sorted(found.items())
    ]

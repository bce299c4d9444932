"""Whether ranks, tie letters and who is told apart are on every page what the records say.

The letters are held against their meaning: two systems share one exactly if they are not told
apart. A page may leave letters out where there are too many to be read.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from mint_bench.nightly.checked import Checked, board_of
from mint_bench.nightly.site_pages import Page, Paragraph, Table
from mint_bench.nightly.standing import Standing, wrong_letters
from mint_bench.records.tables import PRIMARY

REPETITION = "repetition_vs_self"
VERDICTS = {None: "not tested", True: "told apart", False: "not told apart"}
NUMBER = re.compile(r"[−-]?\d+\.\d+")
Piece = tuple[str, str]


def check_ranks(checked: Checked) -> None:
    """Check every page's ranks, letters, verdicts, and what it says in words of them."""
    for page in checked.pages.values():
        for table in page.tables:
            if "board" in table.classes:
                _board(checked, page, table)
            elif "gaps" in table.classes:
                _gaps(checked, page, table)
        for paragraph in page.paragraphs:
            if "answer" in paragraph.classes:
                _answer(checked, page, paragraph)
            elif "lead" in paragraph.classes and checked.folder(page) in checked.systems:
                _lead(checked, page, paragraph)
            elif "caption" in paragraph.classes:
                _caption(checked, page, paragraph)


def check_letters(checked: Checked, where: str, letters: dict[str, str]) -> None:
    """Letters by the folders of systems, which must say who is not told apart."""
    by_board: dict[str, dict[str, str]] = {}
    for folder, text in letters.items():
        by_board.setdefault(board_of(folder), {})[folder] = text
    for key, own in by_board.items():
        standing = checked.boards[key]
        for folder in own:
            if (folder in standing.ranked) != bool(own[folder]):
                checked.findings.fault(f"{where}: {folder}", f"has the letters {own[folder]!r}")
        for first, second in wrong_letters(own, standing):
            told = "told apart" if standing.apart(first, second) else "not told apart"
            checked.findings.fault(f"{where}: {first} and {second}", f"are {told}, not by letters")
        checked.findings.checked += len(own)


def _board(checked: Checked, page: Page, table: Table) -> None:
    letters = {}
    for row in table.rows[1:]:
        folder = checked.linked(page, row[0])
        standing = checked.boards.get(board_of(folder))
        places = [cell for cell in row if cell.tag == "td" and "r" in cell.classes]
        where = f"{checked.name(page)}: {row[0].text.strip()}, rank"
        if standing is None or folder not in standing.systems:
            continue  # told of its figures
        if bool(places) == standing.shown_only:
            checked.findings.fault(where, "stands where nothing is ranked, or is missing")
        for place in places:
            checked.findings.same(where, place.text.strip(), _ranks(standing, folder))
            letters[folder] = place.small.strip()
    if any(letters.values()):
        check_letters(checked, checked.name(page), letters)


def _ranks(standing: Standing, folder: str) -> str:
    ranks = standing.ranks(folder)
    if ranks is None:
        return ""
    best, worst = ranks
    return str(best) if best == worst else f"{best}–{worst}"


def _gaps(checked: Checked, page: Page, table: Table) -> None:
    me = checked.folder(page)
    for row in table.rows[1:]:
        linked = checked.linked(page, row[0])
        first, second = me, linked
        if me not in checked.systems:
            first, second = linked, checked.with_role(linked, row[1].text.strip()) or ""
        standing = checked.boards.get(board_of(first))
        if standing is None or second not in standing.systems:
            continue
        plain = [cell.text.strip() for cell in row if cell.tag == "td" and not cell.classes]
        expected = [] if standing.shown_only else [VERDICTS[standing.apart(first, second)]]
        where = f"{checked.name(page)}: {row[0].text.strip()}, on empathy"
        checked.findings.same(where, plain, expected)


def _lead(checked: Checked, page: Page, paragraph: Paragraph) -> None:
    """Such as `Rank 1–2 of 5 on empathy, not told apart from A, B and 3 more`."""
    folder = checked.folder(page)
    standing, where = checked.boards[board_of(folder)], f"{checked.name(page)}: its rank in words"
    found = re.match(r"Rank (\S+) of (\d+) on empathy, (not told apart from)?", paragraph.text)
    if not found:
        if folder in standing.ranked and checked.name(page).endswith("/index.html"):
            checked.findings.fault(where, "is missing")
        return
    checked.findings.same(where, found[1], _ranks(standing, folder))
    checked.findings.value(f"{where}, of how many", found[2], float(len(standing.competing)))
    _tied(checked, page, paragraph.pieces, standing.tied(folder), where)


def _answer(checked: Checked, page: Page, paragraph: Paragraph) -> None:
    """Such as `Highest empathy: A 4.20 4.1–4.3, not told apart from B. Least repetition: …`."""
    where = f"{checked.name(page)}: the answer"
    pieces = paragraph.pieces
    at = next(i for i, (words, _) in enumerate(pieces) if "Least repetition" in words)
    best, after = _figure(checked, page, pieces[:at], PRIMARY, f"{where}, highest empathy")
    standing = checked.boards.get(board_of(best))
    if standing is None:
        return
    checked.findings.same(f"{where}, highest empathy", best, standing.leader)
    _tied(checked, page, after, standing.tied(best), where)
    calmest, _ = _figure(checked, page, pieces[at:], REPETITION, f"{where}, least repetition")
    found = {folder: standing.systems[folder].figures[REPETITION] for folder in standing.competing}
    stable = [one.value for one in found.values() if "unstable" not in (one.note or "")]
    known = [value for value in stable if value is not None]
    if known and calmest in found:
        least = found[calmest].value
        checked.findings.close(f"{where}, least repetition", least, min(known))


def _figure(
    checked: Checked, page: Page, pieces: Sequence[Piece], name: str, where: str
) -> tuple[str, Sequence[Piece]]:
    """The first system that is linked, with its value and interval right after it; what follows."""
    at = next((i for i, (_, link) in enumerate(pieces) if link), len(pieces) - 1)
    folder = checked.target(page, pieces[at][1])
    after = pieces[at + 1 :]
    said = list(takewhile(lambda piece: not re.search("[a-z]", _plain(piece[0])), after))
    system = checked.systems.get(folder)
    if system is None:
        checked.findings.fault(where, "no record behind it")
        return folder, after
    figure = system.figures[name]
    ends = [end for end in (figure.value, figure.low, figure.high) if end is not None]
    shown = NUMBER.findall(" ".join(words for words, _ in said))
    if len(shown) != len(ends):
        checked.findings.fault(where, "its figure or interval is not whole")
    for text, value in zip(shown, ends, strict=False):
        checked.findings.value(where, text, value)
    return folder, after[len(said) :]


def _plain(words: str) -> str:
    return words.replace(" to ", " ")


def _tied(
    checked: Checked, page: Page, pieces: Sequence[Piece], expected: list[str], where: str
) -> None:
    """Who is named as not told apart, and how many more there are, up to the sentence's end."""
    named, more = [], 0
    for words, link in pieces:
        if link:
            named.append(checked.target(page, link))
            continue
        if found := re.search(r"and (\d+) more", words):
            more = int(found[1])
        if "." in words:
            break
    checked.findings.same(f"{where}, not told apart", named, expected[: len(named)])
    checked.findings.same(f"{where}, how many more", len(named) + more, len(expected))


def _caption(checked: Checked, page: Page, paragraph: Paragraph) -> None:
    """Numbers of conversations, and the difference that a board can find."""
    where = f"{checked.name(page)}: {paragraph.text[:40]}"
    folder = checked.folder(page)
    if found := re.search(r"intervals over n = (\d+) conversations", paragraph.text):
        size = float(checked.systems[folder].conversations) if folder in checked.systems else None
        checked.findings.value(where, found[1], size)
    found = re.search(r"A true difference of (\S+) in empathy", paragraph.text)
    standing = checked.boards.get(paragraph.id.removeprefix("board-").removesuffix("-c"))
    if standing is None:
        return
    if found and standing.detectable is not None:
        checked.findings.value(where, found[1], standing.detectable)
    if found := re.match(r"n = (\d+)(?: to (\d+))? conversations a system", paragraph.text):
        sizes = [one.conversations for one in standing.systems.values()]
        checked.findings.value(where, found[1], float(min(sizes)))
        checked.findings.value(where, found[2] or found[1], float(max(sizes)))

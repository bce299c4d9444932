"""The look: its colours and fonts are written in the style alone."""

import re
from pathlib import Path

import pytest

from mint_bench.look import look
from mint_bench.report import drawing
from mint_bench.resources import resource

COLOUR = re.compile(r"#[0-9a-f]{6}\b")
PACKAGE = Path(drawing.__file__).parents[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_style_names_colours_and_fonts(scheme):
    found = look(scheme)
    assert all(COLOUR.fullmatch(found[name]) for name in ("paper", "ink", "quiet", "accent"))
    assert "sans-serif" in found["font"]


def test_light_and_dark_differ_and_have_the_same_names():
    assert look().keys() == look("dark").keys()
    assert look()["paper"] != look("dark")["paper"]


def test_figures_are_drawn_in_the_pages_colours():
    assert (look()["ink"], look()["accent"]) == (drawing.INK, drawing.ACCENT)


def test_no_page_and_no_report_writes_a_colour_of_its_own():
    files = [p for part in ("leaderboard", "report") for p in (PACKAGE / part).glob("*.py")]
    files += resource("leaderboard").glob("*.j2")
    written = {(p.name, colour) for p in files for colour in COLOUR.findall(p.read_text("utf-8"))}
    assert written == {("drawing.py", drawing.PAPER)}


def test_the_icon_has_the_accent_and_no_other_colour():
    icon = resource("leaderboard", "icon.svg").read_text("utf-8")
    assert set(COLOUR.findall(icon)) == {look()["accent"]}

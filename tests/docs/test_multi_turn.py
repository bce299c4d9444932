"""Whole conversations: the page and its picture say what the records say."""

import pytest

from docs.hooks.multi_turn import PICTURE, found, page, picture
from tests.docs.pages import ROOT


@pytest.fixture(scope="module")
def shown():
    return found(ROOT / "results")


def test_the_page_is_what_the_records_say_now(shown):
    text = (ROOT / "docs" / "multi_turn.md").read_text(encoding="utf-8")
    assert page(*shown) == text, "run `python docs/hooks/multi_turn.py`"


def test_the_picture_is_drawn_from_the_same_records(shown):
    assert picture(shown[1]).svg() == PICTURE.read_text(encoding="utf-8")


def test_the_model_was_held_under_every_history(shown):
    told, systems = shown
    assert set(systems[told["model"]]) == {"gold", "scripted", "anchored"}
    assert systems[told["model"]]["scripted"].settings.epochs == 3


def test_every_trivial_system_was_held_under_every_history(shown):
    for by in shown[1].values():
        kind = next(iter(by.values())).kind
        assert set(by) == {"gold", "scripted", *(("anchored",) if kind != "human" else ())}

"""The page of metrics: all of them, each with formula, picture and an example that is right."""

import re

import pytest

from docs.hooks import worked
from docs.hooks.pictures import FOLDER, draw_all
from mint_bench.beside import TEXT_FIGURES
from mint_bench.records.columns import COLUMNS
from mint_bench.resources import resource
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!^## ).*\n?)*)", PAGE, re.MULTILINE))
FORMULAS = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NAMED = {*re.findall(r"`(\w+)`", PAGE), *re.findall(r"\w+", " ".join(FORMULAS))}
RUBRICS = [path.stem for path in resource("scorers", "also").glob("*.yaml")]
WITHOUT_FORMULA = {"Length", "Variety of words"}  # counts, and ratios said in words


def test_the_worked_examples_are_right():
    worked.run()


def test_an_example_that_is_wrong_is_found(tmp_path, monkeypatch):
    page = tmp_path / "metrics.md"
    page.write_text(PAGE.replace("\n3.83\n", "\n3.84\n"), encoding="utf-8")
    monkeypatch.setattr(worked, "PAGE", page)
    with pytest.raises(worked.DisagreementError, match=r"3\.83"):
        worked.run()


def test_every_column_is_explained():
    assert [name for name in COLUMNS if name not in NAMED] == []


def test_every_figure_beside_the_ranking_is_explained():
    names = [*TEXT_FIGURES, "follow_up_likelihood", *RUBRICS]
    assert [name for name in names if name not in NAMED] == []


@pytest.mark.parametrize("title", SECTIONS)
def test_every_metric_has_a_formula_a_picture_and_an_example(title):
    text = SECTIONS[title]
    assert re.search(r"!\[[^\]]{10,}\]\(images/metrics/\w+\.svg\)", text)
    assert "```python\n>>>" in text
    assert "```text\n" in text or title in WITHOUT_FORMULA


def test_the_pictures_are_what_the_examples_give_now():
    drawn = draw_all()
    shown = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}
    assert drawn == shown, "run `make pictures`"
    assert set(re.findall(r"images/metrics/(\w+)\.svg", PAGE)) == set(drawn)

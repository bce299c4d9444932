"""The paper's map: its figures are those that its commands give."""

import pytest

from docs.hooks.paper_map import page
from mint_bench.errors import MintError
from mint_bench.sources import resolve
from tests.docs.pages import ROOT


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_page_is_what_its_commands_say_now(monkeypatch):
    try:
        resolve("lend_an_ear")
    except MintError as error:
        pytest.skip(str(error))
    monkeypatch.chdir(ROOT)
    shown = (ROOT / "docs" / "paper.md").read_text(encoding="utf-8")
    assert page() == shown, "run `make paper-map`"

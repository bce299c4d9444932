"""The pages that tell how to add something: their edits fit the code as it is.

What becomes of them is tried where all commands are, in `test_commands`.
"""

import pytest

from tests.docs.pages import ROOT, blocks
from tests.docs.running import copy_checkout, edited, stand_ins, take

PAGES = sorted((ROOT / "docs" / "howto").glob("*.md"))


@pytest.mark.parametrize("page", [p for p in PAGES if stand_ins(p).get("checkout")],
                         ids=lambda page: page.stem)  # fmt: skip
def test_the_edits_fit_the_code(page, tmp_path):
    copy_checkout(tmp_path)
    for block in blocks(page):
        if block.title:
            take(block, tmp_path)


def test_an_edit_that_fits_nowhere_is_named():
    block = next(b for page in PAGES for b in blocks(page) if b.language == "diff")
    with pytest.raises(AssertionError, match=r"howto/\w+\.md:\d+: stands 0 times"):
        edited("something else\n", block)


def test_every_kind_of_addition_has_its_page():
    assert {page.stem for page in PAGES} == {"source", "taxonomy", "judge", "seeker", "recipe"}

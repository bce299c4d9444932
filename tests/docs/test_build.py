"""The documentation as it is built: strictly, with nothing fetched, whichever pages there are."""

import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs.hooks import nav
from docs.hooks.links import relinked
from docs.hooks.reference import commands
from tests.docs.pages import ROOT
from tests.docs.running import environment

MKDOCS = Path(sys.executable).parent / "mkdocs"


def build(config, out):
    return subprocess.run(
        [MKDOCS, "build", "--strict", "--config-file", config, "--site-dir", out],
        cwd=config.parent, env=environment(ROOT, {}) | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    done = build(ROOT / "mkdocs.yml", out)
    assert done.returncode == 0, done.stderr
    return out


def test_every_page_is_there_and_reachable(site):
    docs = ROOT / "docs"
    sources = [*docs.glob("*.md"), *docs.glob("howto/*.md")]
    pages = {path.relative_to(docs).with_suffix(".html").as_posix() for path in sources}
    menu = (site / "index.html").read_text(encoding="utf-8")
    assert {page for page in pages if not (site / page).is_file()} == set()
    assert {page for page in pages - {"index.html"} if f'href="{page}"' not in menu} == set()


def test_nothing_is_fetched_from_elsewhere(site):
    loads = re.compile(r"""<(?:script|img|link|iframe)[^>]*(?:src|href)="?(https?:)?//""")
    assert [
        path.name for path in site.rglob("*.html") if loads.search(path.read_text("utf-8"))
    ] == []


def test_the_cards_are_those_of_the_scorers(site):
    shown = (site / "scorers" / "judges" / "embedded" / "CARD.html").read_text(encoding="utf-8")
    sha = re.search(r"sha256 `(\w+)`", (ROOT / "scorers/judges/embedded/CARD.md").read_text())
    assert sha[1] in shown


def test_every_command_stands_in_the_reference(site):
    shown = (site / "reference.html").read_text(encoding="utf-8")
    names = [name for name, _ in commands() if " " in name]
    assert [name for name in names if f">{name}<" not in shown] == []


@pytest.fixture
def small(tmp_path):
    """A site of one page with the real hooks."""
    (tmp_path / "docs").mkdir()
    shutil.copytree(ROOT / "docs" / "hooks", tmp_path / "docs" / "hooks")
    (tmp_path / "docs" / "index.md").write_text("# Home\n\n## Here\n\n[up](#here)\n")
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("extra_css: [style.css]", "")
    (tmp_path / "mkdocs.yml").write_text(re.sub(r"^watch:.*$", "", text, flags=re.MULTILINE))
    return tmp_path


def test_pages_that_are_not_there_yet_are_left_out(small):
    done = build(small / "mkdocs.yml", small / "out")
    assert done.returncode == 0, done.stderr
    assert "nightly" not in (small / "out" / "index.html").read_text(encoding="utf-8")


def test_pages_at_the_root_are_let_in_with_their_links(small):
    (small / "SECURITY.md").write_text(
        "# Security\n\n[home](docs/index.md#here), [code](mkdocs.yml)\n"
    )
    done = build(small / "mkdocs.yml", small / "out")
    assert done.returncode == 0, done.stderr
    shown = (small / "out" / "SECURITY.html").read_text(encoding="utf-8")
    assert 'href="index.html#here"' in shown
    assert "mkdocs.yml" not in shown


@pytest.mark.parametrize("link", ["[x](nowhere.md)", "[x](#nowhere)", "![x](none.png)"])
def test_a_broken_link_fails_the_build(small, link):
    with (small / "docs" / "index.md").open("a") as page:
        page.write(f"\n{link}\n")
    assert build(small / "mkdocs.yml", small / "out").returncode != 0


def test_a_page_without_a_place_stands_under_more():
    assert doctest.testmod(nav).failed == 0


def test_links_to_files_that_are_no_pages_become_text(tmp_path):
    docs = tmp_path / "docs"
    (docs / "howto").mkdir(parents=True)
    (docs / "howto" / "a.md").write_text("")
    (tmp_path / "Makefile").write_text("")
    text = "[made](../../Makefile) [b](../b.md#c) [gone](../d.md)"
    assert relinked(text, "howto/a.md", docs, {"b.md"}) == "made [b](../b.md#c) [gone](../d.md)"

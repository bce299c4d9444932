"""The page in a real browser: it opens as a file, quietly, in both looks and on a phone."""

from pathlib import Path

import pytest

from mint_bench.leaderboard.build import build
from tests.leaderboard.test_build import RECORDS

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium"),
]


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return build(RECORDS, tmp_path_factory.mktemp("seen") / "site").as_uri()


def test_it_opens_without_errors_and_asks_nobody(chromium, address):
    page = chromium.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert page.locator("table.board").first.is_visible()
    assert page.locator("img").evaluate("image => image.naturalWidth") > 0
    assert said == []
    assert all(url.startswith("file:") for url in asked)
    page.close()


def test_dark_and_light_differ_in_page_and_picture(chromium, address):
    seen = set()
    for look in ("light", "dark"):
        page = chromium.new_page(color_scheme=look)
        page.goto(address)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        seen.add((colour, page.locator("img").evaluate("image => image.currentSrc")))
        page.close()
    assert len({colour for colour, _ in seen}) == len({source for _, source in seen}) == 2


def test_on_a_phone_only_tables_and_picture_scroll_sideways(chromium, address):
    page = chromium.new_page(viewport={"width": 420, "height": 900})
    page.goto(address)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.close()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing(chromium, address, look):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = chromium.new_page(color_scheme=look)
    page.goto(address)
    for summary in page.locator("summary").all():
        summary.click()
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()

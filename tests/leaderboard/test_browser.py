"""The pages in a real browser, opened as files: quiet, usable by keyboard, without script, small.

Chromium stands for browsers; what it must not do is ask anyone else.
"""

import re

import pytest

from mint_bench.leaderboard.build import build
from tests.browser import needs_chromium
from tests.leaderboard.records import RANKED, MadeUp, better, record

KINDS = {
    "home": "index.html",
    "system": "systems/leader/*/index.html",
    "talk": "systems/leader/*/talk-1.html",
    "compare": "boards/*/compare.html",
    "instruments": "instruments.html",
    "card": "judge-embedded.html",
    "method": "method.html",
    "data": "data.html",
}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    needs_chromium,
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("seen") / "site"
    others = [record("gold-one", history="gold"), record("screened-30B", judge="embedded")]
    build([*RANKED, *others], out, MadeUp())
    return out


@pytest.fixture
def page(chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    page.close()


def address(site, kind):
    found = sorted(site.glob(KINDS[kind]))
    if kind == "compare":
        found = [path for path in found if "leader" in path.read_text("utf-8")]
    return found[0].as_uri()


def systems(page):
    rows = page.locator("table.board").first.locator("tbody").first.locator("tr:visible th.s a")
    return [re.sub(r"\s+read$", "", text) for text in rows.all_inner_texts() if text != "read"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_opens_without_errors_and_asks_nobody(page, site, kind):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address(site, kind))
    assert page.locator("h1").first.is_visible()
    assert page.faults == []
    assert all(url.startswith("file:") for url in asked)


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(chromium, site, kind, look):
    from axe_playwright_python.sync_playwright import Axe

    page = chromium.new_page(color_scheme=look)
    page.goto(address(site, kind))
    for summary in page.locator("summary").all():
        summary.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_phone_nothing_but_frames_scrolls_sideways(chromium, site, kind):
    page = chromium.new_page(viewport={"width": 390, "height": 800})
    page.goto(address(site, kind))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_dark_and_light_differ(chromium, site):
    seen = set()
    for look in ("light", "dark"):
        page = chromium.new_page(color_scheme=look)
        page.goto(address(site, "home"))
        mark = "getComputedStyle(document.querySelector('.plot .m')).stroke"
        seen.add((page.evaluate("getComputedStyle(document.body).backgroundColor"), mark))
        seen.add(page.evaluate(mark))
        page.close()
    assert len(seen) == 4


def test_a_click_on_a_head_sorts_and_the_human_stays_apart(page, site):
    page.goto(address(site, "home"))
    words = page.locator("table.board").first.locator("th", has_text="words a turn")
    words.locator("button").click()
    assert words.get_attribute("aria-sort") == "descending"
    high = systems(page)
    words.locator("button").click()
    assert words.get_attribute("aria-sort") == "ascending"
    assert systems(page) == high[::-1]
    last = page.locator("table.board").first.locator("tbody").last.locator("tr")
    assert last.first.get_attribute("class") == "human"
    page.locator("table.board").first.locator("th.s button").click()
    assert systems(page) == sorted(high)


def test_search_and_filters_narrow_rows_and_boards(page, site):
    page.goto(address(site, "home"))
    page.locator("#search").fill("third")
    assert systems(page) == ["third-7B"]
    assert page.locator("#found").inner_text() == "1 row"
    page.locator("#search").fill("")
    page.locator("select[data-filter=size]").select_option("2B to 10B")
    assert systems(page) == ["third-7B"]
    assert page.locator("#found").inner_text() == "1 row"  # the human is company, no find
    page.locator("select[data-filter=size]").select_option("")
    page.locator("select[data-filter=history]").select_option("gold")
    assert page.locator(".board-section:visible").count() == 1
    assert not page.locator(".apart").is_visible()


def test_from_the_first_page_to_a_conversation(page, site):
    page.goto(address(site, "home"))
    page.locator(".answer a").first.click()
    page.get_by_role("link", name="the conversation where its moves return most").click()
    page.locator(".seeker").first.wait_for()
    page.locator("mark").first.wait_for()
    page.locator("a[rel=prev], a[rel=next]").first.click()
    page.locator(".turns").wait_for()
    assert page.faults == []


def test_a_conversation_is_one_click_from_a_number(page, site):
    page.goto(address(site, "home"))
    row = page.locator("table.board").first.locator("tbody tr").first
    shown = float(row.locator("td.f").first.locator("a").inner_text())
    row.locator("td.f").first.locator("a").click()
    page.locator(".turns .seeker").first.wait_for()
    said = page.locator(".lead").inner_text()
    assert abs(float(re.search(r"Empathy (\d\.\d\d)", said)[1]) - shown) < 0.2
    page.goto(address(site, "home"))
    page.locator(".answer").get_by_role("link", name="human").click()
    page.locator(".turns .seeker").first.wait_for()


def test_a_system_s_figures_lead_to_conversations_too(page, site):
    page.goto(address(site, "system"))
    row = page.locator("table.forest tr", has=page.get_by_role("rowheader", name="advice giving"))
    row.locator("td.f a").first.click()
    page.locator("body.talk .turns").wait_for()


def test_any_two_are_compared_as_the_tables_say(page, site):
    page.goto(address(site, "compare"))
    page.locator("#a").select_option(label="leader")
    page.locator("#b").select_option(label="third-7B")
    assert "told apart" in page.locator("#verdict").inner_text()
    assert "not" not in page.locator("#verdict").inner_text()
    by_script = page.locator("#two tbody tr").first.locator("td").nth(2).inner_text()
    page.locator("#b").select_option(label="second")
    assert "not told apart" in page.locator("#verdict").inner_text()
    leader = page.locator("table.gaps tr", has=page.get_by_role("rowheader", name="third-7B"))
    in_html = leader.filter(has_text="highest empathy").locator("td.g").first.inner_text()
    assert by_script.split()[0].strip("+−") == in_html.split()[0].strip("+−")
    page.reload()
    assert page.locator("#b option:checked").inner_text() == "second"


def test_people_have_no_letters_and_are_told_apart_all_the_same(page, site):
    page.goto(address(site, "compare"))
    page.locator("#a").select_option(label="leader")
    page.locator("#b").select_option(label="human")
    said = page.locator("#verdict").inner_text()
    row = page.locator("table.gaps tr", has=page.get_by_role("rowheader", name="leader"))
    in_html = row.filter(has_text="human").locator("td").nth(1).inner_text()
    assert said == f"On empathy the two are {in_html}."


def test_a_printed_table_keeps_its_heads_and_its_width(page, site):
    page.goto(address(site, "home"))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1047, "height": 700})  # A4 across, without its margins
    heads = page.locator("table.board").first.locator("thead th").all_inner_texts()
    assert all(text.strip() for text in heads)
    assert "empathy" in heads[2]
    assert page.evaluate("document.documentElement.scrollWidth") <= 1047


def test_one_conversation_by_two_systems_side_by_side(page, site):
    page.goto(address(site, "compare"))
    page.locator("#c").select_option(index=1)
    frames = page.locator("#beside iframe")
    assert frames.count() == 2
    for index in range(2):
        inside = page.frame_locator("#beside iframe").nth(index)
        inside.locator(".seeker").first.wait_for()
        assert not inside.locator("nav.site").is_visible()
    assert page.faults == []


def test_without_script_tables_plots_and_conversations_are_there(chromium, site):
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(address(site, "home"))
    assert page.locator("table.board").first.is_visible()
    assert page.locator("svg.plot").first.is_visible()
    assert not page.locator(".filters").is_visible()
    page.goto(address(site, "compare"))
    assert not page.locator("#a").is_visible()
    assert page.locator("table.gaps td.g").first.is_visible()
    page.goto(address(site, "talk"))
    assert page.locator("mark").first.is_visible()
    page.close()


def test_the_keyboard_reaches_sorting_and_systems(page, site):
    page.goto(address(site, "home"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    head = page.locator("table.board").first.locator("th", has_text="density")
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    page.locator("table.board").first.locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("body.system h1")


def test_nothing_moves_once_it_is_painted(chromium, tmp_path):
    many = [better(f"system-{k}-{k % 9 + 1}B", k / 100, shift=k % 4) for k in range(60)]
    first = build(many, tmp_path / "site")
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(first.as_uri())
    moved = page.evaluate("""() => new Promise((done) => {
        let sum = 0;
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(sum), 500);
    })""")
    assert moved == 0
    page.close()

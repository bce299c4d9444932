"""The site with hostile words in every place: in a real browser nothing runs, hides or asks."""

import json
import re
import threading
import xml.etree.ElementTree as ET
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mint_bench.leaderboard.build import build
from mint_bench.leaderboard.pages import plain
from mint_bench.records.told import Told, ToldTurn
from mint_bench.sentences import split_sentences, visible_text
from tests.browser import needs_chromium
from tests.leaderboard.records import RANKED, record
from tests.trust.payloads import EVIL, MARKUP, RUN, SHOWN

EVERY = {**MARKUP, **SHOWN}
TURNS_TEXT = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


BOARD_NAME = f"{MARKUP['image']}{MARKUP['jinja']}".replace("|", "/")[:200]
NAMED = ("script", "image", "closes a quote", "closes a title", "entities", "clobber",
         "javascript link", "style")  # fmt: skip
TITLES = [MARKUP[name] for name in NAMED]


class Hostile:
    """Tells conversations in which seeker, supporter and human say one payload each."""

    def knows(self, record):
        return record.system == "leader"

    def tell(self, record):
        texts = list(EVERY.values())
        told = {}
        for number, conversation in enumerate(record.conversations):
            text = texts[number % len(texts)]
            reply = visible_text(text)
            tags = (("validation",),) * len(split_sentences(reply)) if number % 2 else None
            turn = ToldTurn(text, reply, text, tags)
            short = ToldTurn("Yes.", "I see.", None, None)
            turns = (turn, *[short] * (len(conversation.turns) - 1))
            told[conversation.id, 1] = Told(conversation.id, turns, 1, text)
        return told


def hostile_record(number, payload):
    """A record with a payload for its names, and every payload among its notes and reasons."""
    name = payload[:200].replace("|", "/")
    one = record(f"hostile-{number}", title=name, source=BOARD_NAME, judge=BOARD_NAME,
                 shift=number % 4, notes=list(MARKUP.values()), command=payload,
                 hardware=payload, size=20)  # fmt: skip
    conversations = [
        conversation.model_copy(
            update={
                "id": f"{list(MARKUP.values())[c][:100]} {c}",
                "turns": [
                    conversation.turns[0].model_copy(
                        update={"ratings": None, "unscored": {"ratings": payload}}
                    ),
                    *conversation.turns[1:],
                ],
            }
        )
        for c, conversation in enumerate(one.conversations)
    ]
    settings = one.settings.model_copy(update={"model": name, "provider": name})
    return one.model_copy(update={"conversations": conversations, "settings": settings})


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Ranked records of which one has words, all of them payloads; and a board of payloads."""
    out = tmp_path_factory.mktemp("hostile") / "site"
    titled = [
        one.model_copy(update={"title": payload[:200].replace("|", "/")})
        for one, payload in zip(RANKED, MARKUP.values(), strict=False)
    ]
    records = [hostile_record(n, payload) for n, payload in enumerate(TITLES)]
    build([*titled, *records], out, Hostile())
    return out


@pytest.fixture(scope="module")
def served(site):
    """The site behind a real server, so that the policy's 'self' means what it will mean."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


STOPPED = {"csp", "origin"}
"""How Chromium names a request that it was not allowed to send: nothing left the browser."""


@pytest.fixture
def page(chromium, served):
    context = chromium.new_context(viewport={"width": 1000, "height": 800})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.add_init_script(WATCH)
    page.dialogs, page.asked, page.faults = [], [], []

    def dismissed(dialog):
        page.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)

    def failed(request):
        if request.failure in STOPPED:
            page.asked.remove(request.url)

    page.on("request", lambda request: page.asked.append(request.url))
    page.on("requestfailed", failed)
    page.on("console", lambda message: page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    context.close()


def nothing_ran(page, served):
    assert page.dialogs == []
    assert [url for url in page.asked if not url.startswith(served)] == []
    assert page.evaluate("window.pwned") is None
    assert page.url.startswith(served)


def nothing_tried(page, served):
    """Nothing ran, and nothing even came as far as the policy that would have stopped it."""
    nothing_ran(page, served)
    assert page.faults == []
    assert page.evaluate("window.violations") == []
    made = page.evaluate("""() => ({
        scripts: [...document.scripts].map((one) => one.getAttribute("src")),
        foreign: document.querySelectorAll(
            "body script, style, iframe, object, embed, form, base, template, math, " +
            "img:not([src='badge.svg']), " +
            "meta[http-equiv=refresh], foreignObject, [style], [srcdoc], [autofocus]").length,
        handlers: [...document.querySelectorAll("*")].filter((one) =>
            [...one.attributes].some((a) => a.name.startsWith("on"))).length,
        links: [...document.querySelectorAll("a")].map((one) => one.protocol)
            .filter((protocol) => protocol !== "http:" && protocol !== "https:").length,
        away: [...document.querySelectorAll("a, link, use")]
            .filter((one) => String(one.href).includes("evil")).length,
    })""")
    assert all(re.fullmatch(r"(\.\./)*site\.js|data\.js", source) for source in made.pop("scripts"))
    assert set(made.values()) == {0}, made
    assert not TURNS_TEXT.search(page.content())


def words_shown(text, payload):
    return [word for word in plain(payload).split() if word not in text]


browser = [
    pytest.mark.timeout(900),  # some open every page
    pytest.mark.browser,
    pytest.mark.slow,
    needs_chromium,
]


def in_browser(test):
    for mark in browser:
        test = mark(test)
    return test


@in_browser
@pytest.mark.parametrize(
    "pattern",
    ["index.html", "instruments.html", "method.html", "data.html", "boards/*/compare.html",
     "systems/*/*/index.html", "judge-*.html"],
)  # fmt: skip
def test_no_page_runs_or_fetches_what_a_record_says(page, served, site, pattern):
    found = sorted(site.glob(pattern))
    assert found
    for path in found:
        page.goto(served + path.relative_to(site).as_posix())
        nothing_tried(page, served)


@in_browser
def test_titles_and_notes_stand_there_as_they_were_written(page, served, site):
    for number, payload in enumerate(TITLES):
        [path] = site.glob(f"systems/hostile-{number}/*/index.html")
        page.goto(served + path.relative_to(site).as_posix())
        assert words_shown(page.locator("h1").first.inner_text(), payload[:200]) == []
        for closed in page.locator("details:not([open]) > summary").all():
            closed.click()
        text = page.locator("body").inner_text()
        for note in MARKUP.values():
            assert words_shown(text, note) == [], note


@in_browser
def test_conversations_stand_there_as_they_were_said_and_nothing_runs(page, served, site):
    folder = next(iter(site.glob("systems/leader/*")))
    talks = sorted(folder.glob("talk-*.html"))
    assert len(talks) >= len(EVERY)
    seen = set()
    for path in talks:
        page.goto(served + path.relative_to(site).as_posix())
        nothing_tried(page, served)
        text = page.locator("ol.turns").inner_text()
        seen |= {name for name, payload in EVERY.items()
                 if not words_shown(text, visible_text(payload))}  # fmt: skip
        assert "\n49" not in text
        assert page.evaluate("document.documentElement.scrollWidth") <= 1000, path
    assert seen == set(EVERY)


@in_browser
def test_no_text_lies_over_the_words_beside_it(page, served, site):
    folder = next(iter(site.glob("systems/leader/*")))
    for path in sorted(folder.glob("talk-*.html")):
        page.goto(served + path.relative_to(site).as_posix())
        hidden = page.evaluate("""() => [...document.querySelectorAll("li b")].filter((label) => {
            label.scrollIntoView({ block: "center" });
            const box = label.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + 3, box.y + box.height / 2);
            return !(top && (top === label || label.contains(top) || top.contains(label)));
        }).length""")
        assert hidden == 0, path


@in_browser
def test_comparing_in_the_pages_own_script_runs_nothing(page, served, site):
    [path] = [p for p in site.glob("boards/*/compare.html") if "leader" in p.read_text("utf-8")]
    page.goto(served + path.relative_to(site).as_posix())
    for select in ("#a", "#b"):
        for n in range(page.locator(f"{select} option").count()):
            page.locator(select).select_option(index=n)
    for n in range(page.locator("#c option").count()):
        page.locator("#c").select_option(index=n)
    heads = page.locator("#two thead").inner_text()
    assert "<" in heads
    page.wait_for_timeout(500)
    nothing_ran(page, served)
    assert [fault for fault in page.faults if "ERR_ABORTED" not in fault] == []
    assert page.evaluate("window.violations") == []


@in_browser
def test_badges_feed_and_downloads_open_as_what_they_are(page, served, site):
    names = ["feed.xml", "leaderboard.json", "leaderboard.csv", "icon.svg"]
    names += [p.relative_to(site).as_posix() for p in sorted(site.glob("systems/*/*/badge.svg"))]
    names += [p.relative_to(site).as_posix() for p in sorted(site.glob("boards/*/data.js"))]
    for name in names:
        try:
            page.goto(served + name)
        except Exception as error:  # noqa: BLE001 - a browser may choose to save a file instead
            assert "Download is starting" in str(error)  # noqa: PT017
            continue
        nothing_ran(page, served)


@in_browser
@pytest.mark.parametrize("name", [name for name in MARKUP if name != "refresh"])
def test_were_one_place_not_escaped_the_policy_would_stop_it(page, served, site, name):
    """`refresh` alone is no matter of the policy: there escaping stands alone."""
    path = site / "unescaped.html"
    whole = (site / "method.html").read_text("utf-8")
    path.write_text(whole.replace("<h1", f"{MARKUP[name]}<h1", 1), encoding="utf-8")
    page.goto(served + path.name)
    for link in page.locator("a[href^='javascript:'], a[href^='data:']").all():
        link.dispatch_event("click")
    for button in page.locator("form button").all():
        button.dispatch_event("click")
    page.wait_for_timeout(200)
    nothing_ran(page, served)


@in_browser
def test_the_policy_holds_against_what_a_script_of_ours_would_put_in(page, served):
    page.goto(served + "index.html")
    page.evaluate(f"""() => {{
        try {{ document.body.insertAdjacentHTML("beforeend", `<img src=x onerror="{RUN}">`); }}
        catch (error) {{ window.refused = error.name; }}
        const style = document.createElement("style");
        style.textContent = "body {{ display: none }}";
        document.body.append(style);
    }}""")
    page.wait_for_timeout(300)
    nothing_ran(page, served)
    assert page.evaluate("window.refused") == "TypeError"  # text only ever becomes text
    assert page.locator("h1").first.is_visible()


def test_the_policy_allows_files_of_the_site_alone():
    from mint_bench.resources import resource

    layout = resource("leaderboard", "_layout.html.j2").read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', layout)[1]
    rules = {name: values for name, *values in (part.split() for part in policy.split(";"))}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert rules["script-src"] == rules["style-src"] == ["'self'"]
    assert rules["require-trusted-types-for"] == ["'script'"]
    assert not re.search(r"unsafe|data:|\*|http", policy)
    assert layout.index("Content-Security-Policy") < layout.index("<link")


def attributes(html):
    """Every attribute of every tag, by name and value, as a browser reads them."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.extend(attrs)

    Reader().feed(html)
    return found


def test_every_page_carries_the_policy_and_no_script_or_style_of_its_own(site):
    for path in site.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "Content-Security-Policy" in text.partition("<title>")[0], path
        assert not re.search(r"<script(?! src=\"[./]*(site|data)\.js\">)", text), path
        assert not {n for n, _ in attributes(text) if n == "style" or n.startswith("on")}, path


def test_feed_badges_and_json_are_well_formed(site):
    ET.parse(site / "feed.xml")
    for path in site.glob("systems/*/*/badge.svg"):
        tree = ET.parse(path)
        tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
        assert tags == {"svg", "title", "rect", "path", "g", "text"}
    titles = {
        one["title"] for one in json.loads((site / "leaderboard.json").read_text())["records"]
    }
    assert any("<script>" in title for title in titles)
    for path in site.glob("boards/*/data.js"):
        text = path.read_text("utf-8")
        json.loads(text.removeprefix("window.mintBoard = ").removesuffix(";\n"))
        assert not TURNS_TEXT.search(text)
        assert EVIL not in text or text.isascii()


def test_nothing_in_the_templates_is_exempt_from_escaping_but_the_cards():
    from mint_bench.resources import resource

    for path in resource("leaderboard").glob("*.j2"):
        text = path.read_text("utf-8")
        exempt = re.findall(r"\|\s*safe\b|autoescape|Markup|\|\s*tojson", text)
        assert exempt == (["|safe"] if path.name == "card.html.j2" else []), path
    script = resource("leaderboard", "site.js").read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)


def test_markup_in_a_card_stays_text():
    from mint_bench.leaderboard import cards

    html = cards._html("\n\n".join(MARKUP.values()))
    assert not re.search(r"<(script|svg|style|form|base|meta|iframe|math)", html, re.IGNORECASE)
    addresses = [value or "" for name, value in attributes(html) if name in {"href", "src"}]
    assert not [one for one in addresses if one.lower().startswith(("javascript", "data"))]

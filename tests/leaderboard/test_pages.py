"""What stands on the pages: tables, ranks, downloads; and that no record can do harm there."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import jsonschema
import pytest

from mint_bench.leaderboard.build import build
from mint_bench.marks import plain
from mint_bench.records.schema import Settings
from mint_bench.records.signature import signature
from mint_bench.scoring import ScoredConversation, ScoredTurn
from tests.leaderboard.records import RANKED, RECORDS, MadeUp, better, record

HOSTILE = """<script>alert("x")</script> & 'a' $x^{ \u202eevil\u202c"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("built") / "site"
    build(RECORDS, out, MadeUp())
    return out


@pytest.fixture(scope="module")
def ranked(tmp_path_factory):
    out = tmp_path_factory.mktemp("ranked") / "site"
    build(RANKED, out)
    return out


@pytest.fixture(scope="module")
def html(built):
    return (built / "index.html").read_text("utf-8")


def pages(folder):
    return [p.read_text("utf-8") for p in folder.rglob("*.html")]


def first_table(html):
    return html.split('<table class="board"')[1].split("</table>")[0]


def names(rows):
    return re.findall(r'<th scope="row" class="s"><a [^>]*><bdi>(.*?)</bdi>', rows)


def test_one_table_a_board_with_every_record_in_it(html):
    assert html.count('<table class="board"') == 2
    assert sorted(names(first_table(html))) == ["calm", "human", "keen", "parrot"]


def test_human_and_trivial_stand_apart_below_the_systems(html):
    systems, apart = first_table(html).split("<tbody>")[1:]
    assert set(re.findall(r'<tr class="(\w+)"', systems)) == {"model"}
    assert re.findall(r'<tr class="(\w+)"', apart) == ["human", "trivial"]


def test_every_record_has_a_page_with_its_signature(built):
    text = "".join(pages(built / "systems"))
    assert all(f"{signature(each)}</code>" in text for each in RECORDS)


def test_every_drawn_cell_of_a_board_with_a_human_holds_the_humans_line(html):
    first = first_table(html)
    assert first.count("<svg") == first.count('class="h"') > 0


def test_what_a_reader_must_know_is_said(html):
    assert "does not hear the system" in html
    assert "vs self is a proxy" in html
    assert "only three seeker openings" in html
    assert "Nothing here measures clinical benefit" in html
    assert "Not ranked, fewer than the source&#39;s 50 conversations" in html


def test_ranks_are_intervals_and_ties_share_a_letter(ranked):
    rows = first_table((ranked / "index.html").read_text("utf-8")).split("<tr ")[1:]
    said = {
        names(row)[0]: re.search(r'<td class="r">(.*?)<small>(.*?)</small>', row).groups()
        for row in rows
    }
    assert said["leader"] == said["second"] == ("1–2", "a")
    assert said["third-7B"] == ("3", "b")
    assert said["human"] == ("", "")


def test_the_first_page_says_who_is_best_and_who_is_not_told_apart(ranked):
    text = re.sub(r"<[^>]+>", "", (ranked / "index.html").read_text("utf-8"))
    assert re.search(r"Highest empathy:\s+(leader|second) 3", text)
    assert re.search(r"not told apart from\s+(leader|second)\.", text)


def with_tactics(whole, tactics):
    """A record whose turn t has `tactics(t)`."""
    talks = [
        talk.model_copy(
            update={
                "turns": [
                    turn.model_copy(update={"tactics": tactics(turn.t)}) for turn in talk.turns
                ]
            }
        )
        for talk in whole.conversations
    ]
    return whole.model_copy(update={"conversations": talks})


def test_whoever_packs_nine_tactics_into_a_turn_does_not_repeat_least(tmp_path):
    packed = with_tactics(better("packed", 0.5), lambda t: [int(k != t % 10) for k in range(10)])
    steady = with_tactics(better("steady", 1.0), lambda t: [1, 1] + [0] * 8)
    page = build([packed, steady], tmp_path / "site").read_text("utf-8")
    answer = re.sub(r"<[^>]+>", "", page.split('class="answer"')[1].split("</p>")[0])
    assert re.search(r"Least repetition: steady 1\.00 .*; less, but unstable .*: packed\.", answer)


def test_systems_of_one_title_can_be_told_apart(tmp_path):
    greedy = {"settings": Settings(model="org/one", sampling={"temperature": 0.0})}
    twice = [record("one", title="Same"), record("one", title="Same", shift=1)]
    records = [twice[0], twice[1].model_copy(update=greedy), record("two", title="Same", shift=2)]
    built = build(records, tmp_path / "site").read_text("utf-8")
    told = names(first_table(built))
    assert len(set(told)) == 3
    assert "Same (two)" in told


def test_differences_of_a_figure_at_bound_are_marked(tmp_path):
    best = record("best", size=50)
    perfect = [
        ScoredConversation(
            id=c.id, turns=[ScoredTurn(t=t.t, ratings=[5] * 3 + [1] * 3) for t in c.turns]
        )
        for c in best.conversations
    ]
    records = [best.model_copy(update={"conversations": perfect}), record("other", size=50)]
    site = build(records, tmp_path / "site").parent
    [page] = [path.read_text("utf-8") for path in site.glob("boards/*/compare.html")]
    assert re.search(r"<small>[^<]+†</small>", page)
    data = [path.read_text("utf-8") for path in site.glob("boards/*/*.js")]
    assert any('"bound":[true' in one for one in data)


def test_boards_of_the_embedded_judge_stand_apart_without_ranks(tmp_path):
    page = build([record(judge="embedded"), *RANKED], tmp_path / "site").read_text("utf-8")
    above, below = page.split("Screening boards")
    assert 'class="r"' in above
    assert 'class="r"' not in below


def test_the_badge_and_the_feed_are_xml(tmp_path):
    dated = record(title=plain(HOSTILE), finished=datetime(2026, 11, 1, tzinfo=UTC))
    out = tmp_path / "site"
    build([dated, record("undated")], out, address="https://example.org/")
    for badge in out.rglob("badge.svg"):
        assert "empathy" in "".join(ET.parse(badge).getroot().itertext())
    feed = ET.parse(out / "feed.xml").getroot()
    [entry] = feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert entry.find("{*}updated").text == "2026-11-01T00:00:00Z"
    assert entry.find("{*}link").get("href").startswith("https://example.org/systems/calm/")


def test_the_figures_follow_their_published_schema(built):
    schema = json.loads((built / "leaderboard.v1.schema.json").read_text("utf-8"))
    value = json.loads((built / "leaderboard.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(value, schema)
    assert len(value["records"]) == len(RECORDS)
    assert all((built / one["page"]).is_file() for one in value["records"])
    del value["records"][0]["figures"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, schema)


def test_csv_and_parquet_hold_the_same_figures(built):
    from pyarrow import parquet

    table = parquet.read_table(built / "leaderboard.parquet").to_pylist()
    lines = (built / "leaderboard.csv").read_text("utf-8").splitlines()
    column = lines[0].split(",").index("aggregated_empathy")
    assert [f"{row['aggregated_empathy']:.4f}" for row in table] == [
        line.split(",")[column] for line in lines[1:]
    ]


def test_a_record_file_is_the_record(built, tmp_path):
    from mint_bench.records.store import read

    found = {read(path).system for path in built.rglob("record.json")}
    assert found == {each.system for each in RECORDS}


def test_hostile_records_stay_text_on_every_page(tmp_path):
    hostile = record(title=plain(HOSTILE), notes=["<img src=x onerror=alert(1)>"], command=HOSTILE)
    out = tmp_path / "site"
    build([hostile, record("other")], out, MadeUp(reply=HOSTILE, tags=None))
    for page in pages(out):
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert "\u202e" not in page
    assert any("&lt;script&gt;" in page for page in pages(out))
    scripts = "".join(p.read_text("utf-8") for p in out.rglob("data.js"))
    assert "\u202e" not in scripts


def test_names_of_200_and_ids_of_10000_characters_are_shown(tmp_path):
    long = record(title="W" * 200)
    first = long.conversations[0].model_copy(update={"id": "i" * 10_000})
    long = long.model_copy(update={"conversations": [first, *long.conversations[1:]]})
    out = tmp_path / "site"
    build([long], out, MadeUp())
    assert any("i" * 10_000 in page for page in pages(out))


def test_every_page_forbids_all_but_its_own_files_and_holds_no_script_or_style(built):
    for page in pages(built):
        assert "default-src 'none'" in page
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", page)
        assert not re.findall(r'(?:src|srcset|href)="(?:https?:)?//', page)
    assert "url(" not in (built / "style.css").read_text("utf-8")


def test_every_link_leads_somewhere(built):
    for path in built.rglob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#]+)', path.read_text("utf-8")):
            assert (path.parent / target).is_file(), (path, target)


def test_figures_lead_to_conversations_only_where_words_may_be_shown(tmp_path):
    def linked(page):
        return re.findall(r'<td class="f[^"]*"><a href="([^"]+)"', page)

    shown = build([record()], tmp_path / "shown", MadeUp()).read_text("utf-8")
    assert len(linked(shown)) == 4
    assert "leads to a conversation" in shown
    for name, options in (("held", {"source": "esconv:test"}), ("silent", {})):
        teller = MadeUp() if options else None
        page = build([record(**options)], tmp_path / name, teller).read_text("utf-8")
        assert linked(page) == []
        assert "leads to a conversation" not in page


def test_a_figure_never_leads_to_a_conversation_that_nobody_tells(tmp_path):
    class Half(MadeUp):
        def tell(self, record):
            told = super().tell(record)
            return {key: told[key] for key in list(told)[:1]}

    out = tmp_path / "site"
    build([record()], out, Half())
    for path in out.rglob("*.html"):
        for target in re.findall(r'href="([^"#]+)', path.read_text("utf-8")):
            assert (path.parent / target).is_file(), (path, target)


def test_the_script_is_short(built):
    assert len((built / "site.js").read_text("utf-8").splitlines()) < 300


def test_records_without_any_figure_are_shown_without_a_picture(tmp_path):
    empty = record().model_copy(
        update={
            "conversations": [
                ScoredConversation(
                    id="c", turns=[ScoredTurn(t=1, unscored={"reply": "nothing visible"})]
                )
            ]
        }
    )
    page = build([empty], tmp_path / "site").read_text("utf-8")
    assert "<figure" not in page
    assert "more than 5% unscored" in page

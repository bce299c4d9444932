"""The site: what is on it, that it is equal for equal records, and that it never harms a folder."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from mint_bench.cli.site import site
from mint_bench.errors import MintError
from mint_bench.leaderboard.build import MARKER, build
from mint_bench.records.schema import (
    Board,
    JudgeRef,
    Provenance,
    Record,
    SeekerRef,
    Settings,
    SourceRef,
    TaggerRef,
)
from mint_bench.records.signature import signature
from mint_bench.records.store import write
from mint_bench.records.tables import as_json, board_tables
from mint_bench.scoring import ScoredConversation, ScoredTurn

HOSTILE = """<script>alert("x")</script> & 'a' $x^{"""


def record(system="calm", kind="model", title=None, history="own", shift=0, notes=(), size=24):
    turns = [
        [
            ScoredTurn(
                t=t,
                tactics=[int((k + t * (1 + c % 3) + shift) % 4 == 0) for k in range(10)],
                human_tactics=[1, 0, 0, 1, 0, 0, 0, 1, 0, 0],
                ratings=[1 + (c + t + d + shift) % 5 for d in range(6)],
                words=20 + c % 5 + shift,
            )
            for t in range(1, 5)
        ]
        for c in range(size)
    ]
    return Record(
        system=system,
        title=title or system,
        kind=kind,
        board=Board(
            source=SourceRef(name="lend_an_ear", revision="a" * 40, ids_sha="b" * 12),
            history=history,
            seeker=SeekerRef(name="scripted") if history == "own" else None,
            judge_view=history,
            tagger=TaggerRef(name="tagger"),
            judges=[JudgeRef(name="judge")],
        ),
        settings=Settings(model=f"org/{system}"),
        provenance=Provenance(version="0.1.0", notes=list(notes)),
        conversations=[ScoredConversation(id=f"c{c}", turns=part) for c, part in enumerate(turns)],
    )


RECORDS = [
    record("calm"),
    record("keen", shift=1),
    record("human", kind="human", shift=2),
    record("parrot", kind="trivial", shift=3),
    record("calm", history="gold"),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("built") / "site"
    build(RECORDS, out)
    return out


@pytest.fixture(scope="module")
def html(built):
    return (built / "index.html").read_text("utf-8")


def test_one_table_a_board_with_every_record_in_it(html):
    assert html.count('<table class="board"') == 2
    first = html.split('<table class="board"')[1].split("</table>")[0]
    names = re.findall(r'<th scope="row" class="system"><bdi>(.*?)</bdi>', first)
    assert sorted(names) == ["calm", "human", "keen", "parrot"]


def test_human_and_trivial_stand_apart_below_the_systems(html):
    first = html.split('<table class="board"')[1].split("</table>")[0]
    systems, apart = first.split("<tbody>")[1:]
    assert set(re.findall(r'<tr class="(\w+)">', systems)) == {"model"}
    assert re.findall(r'<tr class="(\w+)">', apart) == ["human", "trivial"]


def test_every_record_shows_its_signature(html):
    for each in RECORDS:
        assert f"<code>{signature(each)}</code>" in html


def test_every_drawn_cell_of_a_board_with_a_human_holds_the_humans_line(html):
    first = html.split('<table class="board"')[1].split("</table>")[0]
    assert first.count("<svg") == first.count('class="human"') - first.count('<tr class="human"')


def test_what_a_reader_must_know_is_said(html):
    assert "does not hear the system" in html
    assert "vs self is a proxy" in html
    assert "only three seeker openings" in html
    assert "Nothing here measures clinical benefit" in html
    assert "Not ranked, fewer than the source&#39;s 50 conversations" in html


def test_fewer_than_20_conversations_are_marked(tmp_path):
    page = build([record(size=5)], tmp_path / "site").read_text("utf-8")
    assert "fewer than 20 conversations" in page


def test_hostile_names_stay_text(tmp_path):
    hostile = record(title=HOSTILE, notes=["<img src=x onerror=alert(1)>"])
    out = tmp_path / "site"
    page = build([hostile], out).read_text("utf-8")
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;" in page
    for look in ("light", "dark"):
        tree = ET.fromstring((out / f"picture-{look}.svg").read_text("utf-8"))
        assert not [e for e in tree.iter() if e.tag.endswith("script")]


def test_the_page_needs_no_script_no_inline_style_and_nobody_elses_server(built, html):
    assert "default-src 'none'" in html
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)
    assert not re.findall(r'(?:src|srcset|href)="(?:https?:)?//', html)
    assert "url(" not in (built / "style.css").read_text("utf-8")


def test_the_figures_are_there_as_the_table_command_prints_them(built):
    text = (built / "leaderboard.json").read_text("utf-8")
    assert text == as_json(board_tables(RECORDS)) + "\n"
    assert len(json.loads(text)) == len(RECORDS)


def test_equal_records_give_equal_bytes(built, tmp_path):
    again = tmp_path / "again"
    build(RECORDS, again)
    assert {p.name: p.read_bytes() for p in built.iterdir()} == {
        p.name: p.read_bytes() for p in again.iterdir()
    }


def test_a_build_replaces_the_one_before_and_leaves_nothing_beside_it(tmp_path):
    out = tmp_path / "site"
    build(RECORDS[:1], out)
    build([], out)
    assert "picture-light.svg" not in {p.name for p in out.iterdir()}
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_failed_build_leaves_the_old_site(tmp_path, monkeypatch):
    out = tmp_path / "site"
    build([], out)
    before = (out / "index.html").read_bytes()

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(MintError, match="No space left"):
        build(RECORDS[:1], out)
    assert (out / "index.html").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_no_record_gives_a_page_that_says_so(tmp_path):
    page = build([], tmp_path / "site").read_text("utf-8")
    assert "There are no records yet" in page
    assert "<table" not in page


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
    assert "<img" not in page
    assert "more than 5% unscored" in page


def test_a_folder_that_is_not_ours_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(MintError, match="not built by mint-bench"):
        build([], tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_file_put_into_the_site_by_hand_is_not_lost(tmp_path):
    out = tmp_path / "site"
    build([], out)
    (out / "CNAME").write_text("example.org", encoding="utf-8")
    with pytest.raises(MintError, match="CNAME was not written by mint-bench"):
        build([], out)
    assert (out / "CNAME").exists()


def test_an_empty_folder_is_taken_and_a_file_refused(tmp_path):
    empty = tmp_path / "site"
    empty.mkdir()
    build([], empty)
    assert (empty / MARKER).exists()
    with pytest.raises(MintError, match="is a file"):
        build([], empty / "index.html")


def test_the_command_reads_a_folder_of_records_and_prints_the_page(tmp_path):
    write(RECORDS[0], tmp_path / "results")
    words = ["build", "--out", str(tmp_path / "site"), "--results", str(tmp_path / "results")]
    done = CliRunner().invoke(site, words)
    assert done.exit_code == 0, done.output
    assert done.output.strip().endswith("index.html")
    assert "calm" in (tmp_path / "site" / "index.html").read_text("utf-8")

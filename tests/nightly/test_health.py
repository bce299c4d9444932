"""The health of a built site: every planted fault is found, and a site that is well has none."""

import json
import re
import shutil

import pytest
from click.testing import CliRunner

from mint_bench.cli.site import check
from mint_bench.errors import MintError
from mint_bench.leaderboard.build import build
from mint_bench.nightly.health import check_site
from mint_bench.records.store import write
from tests.leaderboard.records import RANKED, RECORDS, MadeUp


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    site = tmp_path_factory.mktemp("built") / "site"
    build(RECORDS, site, MadeUp())
    return site


@pytest.fixture
def site(built, tmp_path):
    return shutil.copytree(built, tmp_path / "site")


@pytest.fixture(scope="module")
def built_ranked(tmp_path_factory):
    site = tmp_path_factory.mktemp("ranked") / "site"
    build(RANKED, site, MadeUp())
    return site


@pytest.fixture
def ranked(built_ranked, tmp_path):
    return shutil.copytree(built_ranked, tmp_path / "site")


def faults(site, records=RECORDS):
    return check_site(site, records).faults


def change(path, pattern, new):
    text, count = re.subn(pattern, new, path.read_text(), count=1)
    assert count == 1
    path.write_text(text)


def one_system(site, name="keen"):
    return next(site.glob(f"systems/{name}/*/index.html"))


def test_a_site_as_it_is_built_is_well(site):
    health = check_site(site, RECORDS)
    assert health.faults == ()
    assert health.pages > 10
    assert min(health.links, health.figures) > 500


@pytest.mark.parametrize(
    ("href", "told"),
    [
        ("nowhere.html", "no such file"),
        ("index.html#nowhere", "no such anchor"),
        ("../../secret", "leads out of the site"),
        ("data.html#a=systems/nobody/x", "no system systems/nobody/x"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(site, href, told):
    change(site / "index.html", r'href="method\.html"', f'href="{href}"')
    assert any(told in fault for fault in faults(site))


def test_links_to_other_sites_are_not_followed(site):
    change(site / "index.html", r'href="method\.html"', 'href="https://example.org/x"')
    assert faults(site) == ()


@pytest.mark.parametrize(
    ("page", "pattern"),
    [
        ("board", r'(?<=<td class="f d">)\d\.\d\d'),
        ("board", r'(?<=talk-\d\.html">)\d\.\d\d'),
        ("board", r"(?<=</a>)[†*]?<small>\d\.\d\d"),
        ("system", r'(?<=<td class="f">)\d\.\d\d'),
        ("system", r'(?<=<td class="f g">)[+−]?\d\.\d\d'),
        ("system", r'(?<=<td class="l\d">)\d+(?=<)'),
        ("compare", r'(?<=<td class="f g">)[+−]?\d\.\d\d'),
        ("talks", r'(?<=</a></th><td class="f">)\d+'),
    ],
)
def test_a_figure_that_no_record_says_is_found(site, page, pattern):
    path = {
        "board": site / "index.html",
        "compare": max(site.glob("boards/*/compare.html"), key=lambda one: one.stat().st_size),
    }.get(page, one_system(site))
    new = "<small>4.98" if "small" in pattern else "4.99" if "d\\.\\d" in pattern else "77"
    change(path, pattern, new)
    assert any("the records say" in fault for fault in faults(site))


def test_a_figure_in_a_file_for_machines_is_checked_too(site):
    path = site / "leaderboard.json"
    listed = json.loads(path.read_text())
    listed["records"][0]["figures"]["density"]["high"] += 0.01
    path.write_text(json.dumps(listed))
    assert any("density, high" in fault for fault in faults(site))
    change(next(site.glob("boards/*/data.js")), r'(?<="values":\[)[\d.]+', "1.5")
    assert any("data.js" in fault for fault in faults(site))


def test_a_site_with_ranks_as_it_is_built_is_well(ranked):
    assert check_site(ranked, RANKED).faults == ()


def planted(site, records, cases):
    """Plant every fault of (page, pattern, new, told), and check once; those that were not told."""
    for page, pattern, new, _ in cases:
        change(next(site.glob(page)), pattern, new)
    found = faults(site, records)
    return [told for _, _, _, told in cases if not any(re.search(told, one) for one in found)]


LEADER, KEEN = "systems/leader/*/index.html", "systems/keen/*/index.html"
THIRD = "systems/third-7B/*/index.html"
COMPARE, SCRIPT = "boards/*/compare.html", "boards/*/data.js"
TALK = "systems/keen/*/talk-1.html"
RANKS = [
    ("index.html", r'(?<=<td class="r">)1–2', "1", r"leader.*, rank: is '1', .* say '1–2'"),
    ("index.html", r'(?<=<td class="r">1<small>)a', "b", r"^index.html: .* not by letters"),
    ("index.html", r'(?<=not told apart from <a href=")systems/second', "systems/third-7B",
     "^index.html: the answer, not told apart"),
    ("index.html", r"(?<=</a> )\d\.\d\d(?= <small>)", "4.98", "the answer, highest .* shows 4.98"),
    ("index.html", r"(?<=A true difference of )\d\.\d\d", "0.99", "shows 0.99"),
    ("index.html", r"(?<=n = )50(?= conversations a system)", "51", "shows 51"),
    (LEADER, r"(?<=Rank )1–2 of 3", "1 of 9", "leader/.*: its rank in words: is '1'"),
    (LEADER, r"(?<=Rank )1 of 9", "1 of 9", "leader/.*, of how many: shows 9"),
    (THIRD, r"(?<=<td>)told apart", "not told apart", "^systems/third.*, on empathy: is"),
    (COMPARE, r"(?<=<td>)told apart", "not told apart", "^boards/.*, on empathy: is"),
]  # fmt: skip
DRAWN = [
    ("index.html", r'(?<=<rect class="v" x=")[\d.]+', "1.5", "^index.*bar: is drawn at 1.5"),
    ("index.html", r'(?<=<rect class="i" x=")[\d.]+', "1.6", "bar, interval: is drawn at 1.6"),
    ("index.html", r'(?<=<rect class="h" x=")[\d.]+', "1.7", "bar, human: is drawn at 1.7"),
    ("index.html", r'(<circle class="m" cx=")[\d.]+', r"\g<1>60", "repetition: is drawn at 60"),
    ("index.html", r'(<circle class="m" cx="[\d.]+" cy=")[\d.]+', r"\g<1>61",
     "empathy: is drawn at 61"),
    ("index.html", r'(<circle class="m" [^>]+ r=")[\d.]+', r"\g<1>9.9",
     "density: is drawn at 9.9"),
    ("index.html", r'(<path class="w" d="M)[\d.]+', r"\g<1>62", "interval: is drawn at 62"),
    ("index.html", r'(<path class="cross" d="M)[\d.]+', r"\g<1>63", "human: is drawn at 63"),
    (KEEN, r'(?<=<rect class="v" x=")[\d.]+(?=" y="7")', "1.5", "bar: is drawn at 2.5"),
    (KEEN, r'(<rect class="v" x=")[\d.-]+(?=" y="13")', r"\g<1>1.8", "bar: is drawn at 1.8"),
    (KEEN, r'(?<=<path class="w" d="M60.0 )[\d.]+', "11", "1 apart, interval: is drawn at 11"),
    (KEEN, r'(<circle class="m" cx="60.0" cy=")[\d.]+', r"\g<1>12", "1 apart: is drawn at 12"),
    (KEEN, r"(?<=1 apart )[−\d.]+", "9.99", "by distance, in words"),
    (KEEN, r'(?<=<td class=")l\d(?=">)', "l77", "its shade"),
]  # fmt: skip
TALKS = [
    (TALK, r"(?<=<p><b>)\d\.\d\d", "4.99", "reply 1, empathy: shows 4.99"),
    (TALK, r"(?<=</dt><dd>)\d\.\d", "9.9", "reply 1, validating emotions: shows 9.9"),
    (TALK, r"(?<=Empathy )\d\.\d\d", "4.97", "at its head, empathy: shows 4.97"),
    (TALK, r"\d+(?= % of a turn)", "99", "at its head, returning: shows 99"),
    (TALK, r"(?<=<td>)[●↻·]", "?", "tactics by turn"),
]
FILES = [
    ("leaderboard.json", r'("ranks": \[\s+)1', r"\g<1>2", r"leader, ranks: is \[2, 2\]"),
    ("leaderboard.json", r'("letters": ")a', r"\g<1>b", "^leaderboard.json: .*not by letters"),
    ("leaderboard.json", r'("not_ranked": )null', r'\g<1>"why"', "not_ranked: is 'why'"),
    ("leaderboard.json", r'("signature": ")mint', r"\g<1>mind", "signature: is"),
    ("leaderboard.json", r'("n": )50', r"\g<1>51", "n: is 51"),
    ("leaderboard.csv", r"(?<=\n)leader", "lead", "lead: no record behind it"),
    ("leaderboard.csv", r"(\nsecond,[^\n]*?,50,)\d\.\d{4}", r"\g<1>4.9999", "shows 4.9999"),
    ("leaderboard.csv", r"\n[^\n]+\n$", "\n", "stands there 0 times"),
    (SCRIPT, r'(?<="shares":\[\[)[-\d.e]+', "9.5", "a conversation's share: is 9.5"),
    (SCRIPT, r'(?<="letters":")a', "b", "^boards.*data.js: .*not by letters"),
    (SCRIPT, r'(?<="20":)[\d.]+', "9.5", "t for 20: is 9.5"),
    ("systems/leader/*/badge.svg", r"(?<=empathy )\d\.\d\d", "4.99", "badge.* shows 4.99"),
    ("systems/leader/*/record.json", r'(?<="words":)\d+', "3", "another record, or changed"),
]


def test_a_rank_or_tie_that_no_test_says_is_found(ranked):
    assert planted(ranked, RANKED, RANKS) == []


def test_a_drawing_that_shows_anything_else_than_the_records_is_found(site):
    assert planted(site, RECORDS, DRAWN) == []


def test_a_picture_of_other_systems_is_found(site):
    change(site / "index.html", r"(<title>)keen", r"\g<1>kean")
    assert any("shows other systems than any board has" in fault for fault in faults(site))


def test_the_leaders_dot_has_its_place(ranked):
    change(one_system(ranked, "third-7B"), r'(?<=<circle class="best" cx=")[\d.]+', "1.5")
    assert any("leader: is drawn at 1.5" in fault for fault in faults(ranked, RANKED))


def test_bars_of_differences_share_one_scale(ranked):
    path = one_system(ranked, "leader")
    whole = re.compile(r'x="(-?[\d.]+)"( y="(?:18|13)" height="\d+" width=")([\d.]+)"')
    page = path.read_text()
    half = whole.sub(
        lambda m: f'x="{float(m[1]) / 2}"{m[2]}{float(m[3]) / (2 if float(m[3]) != 2 else 1)}"',
        page,
    )
    assert half != page
    path.write_text(half)
    assert any("has another scale" in fault for fault in faults(ranked, RANKED))


def test_a_page_of_a_conversation_is_checked_too(site):
    assert planted(site, RECORDS, TALKS) == []
    page = one_system(site).parent / "talk-1.html"
    change(page, r"(?<=<h1><bdi>)c\d+", "nobody")
    assert any("no conversation 'nobody' behind it" in fault for fault in faults(site))


def test_a_file_for_machines_that_says_anything_else_is_found(ranked):
    assert planted(ranked, RANKED, FILES) == []


def test_a_parquet_file_that_says_anything_else_is_found(ranked):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    path = ranked / "leaderboard.parquet"
    table = parquet.read_table(path)
    for name, value in (("density", [9.5]), ("letters", ["x"]), ("n", [7])):
        kept = table[name].to_pylist()[1:]
        column = pa.array([*value, *kept], table[name].type)
        at = table.column_names.index(name)
        parquet.write_table(table.set_column(at, name, column), path)
        found = faults(ranked, RANKED)
        assert any(f"leader, {name}: is" in fault for fault in found), found
    path.write_bytes(b"no parquet")
    with pytest.raises(MintError, match="no Parquet file"):
        check_site(ranked, RANKED)


def test_a_record_that_the_site_does_not_show_and_one_that_is_gone_are_found(site):
    assert any("no record behind it" in fault for fault in faults(site, RECORDS[:1] + RECORDS[2:]))
    shutil.rmtree(one_system(site).parent)
    assert any("a record without its page" in fault for fault in faults(site))


def test_a_table_of_figures_that_no_check_knows_is_a_fault(site):
    change(site / "data.html", "</main>", '<table><tr><td class="f">9</td></tr></table></main>')
    assert any("no check knows" in fault for fault in faults(site))


def test_the_command_tells_faults_and_exits_with_1(site, tmp_path):
    for one in RECORDS:
        write(one, tmp_path / "results")
    asked = [str(site), "--results", str(tmp_path / "results")]
    good = CliRunner().invoke(check, asked)
    assert (good.exit_code, "all well" in good.output) == (0, True)
    change(site / "index.html", r'href="method\.html"', 'href="gone.html"')
    bad = CliRunner().invoke(check, asked)
    assert (bad.exit_code, "gone.html: no such file" in bad.output) == (1, True)


def test_where_there_is_no_site_it_says_so(tmp_path):
    with pytest.raises(MintError, match="no site in it"):
        check_site(tmp_path, [])

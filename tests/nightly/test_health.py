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
from tests.leaderboard.records import RECORDS, MadeUp


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    site = tmp_path_factory.mktemp("built") / "site"
    build(RECORDS, site, MadeUp())
    return site


@pytest.fixture
def site(built, tmp_path):
    return shutil.copytree(built, tmp_path / "site")


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

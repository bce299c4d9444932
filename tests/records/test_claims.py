"""Claims against records: verdicts, correction over all tests, and the page."""

import math
from pathlib import Path

import pytest
import yaml
from statsmodels.stats.multitest import multipletests

from mint_bench.errors import MintError
from mint_bench.files import read_yaml, validate_model
from mint_bench.records.claims import Claims, Tested, main, page, run_tests
from mint_bench.records.store import write
from mint_bench.stats.compare import Comparison
from tests.records.test_comparison import a_system

PAGES = Path(__file__).parents[2] / "docs" / "pages"
SHIPPED = Path(__file__).parents[2] / "results"


def some_claims(expect="higher"):
    tests = [{
        "first": ["warm"], "second": ["plain"], "expect": expect,
        "figures": ["aggregated_empathy", "stickiness_vs_self_common", "repetition_vs_self"],
    }]  # fmt: skip
    claim = {"id": "warmth", "claim": "It is warmer.", "published": "3 to 4", "tests": tests}
    return {"board": "", "claims": [claim]}


def records():
    return [a_system("warm", better=0.6), a_system("plain", seed=1)]


def outcome(expect, difference, p):
    test = Comparison(difference, difference - 1, difference + 1, p, math.nan, 50, 0.1)
    return Tested("c", "a", "b", "density", expect, test, p).verdict


@pytest.mark.parametrize(
    ("expect", "difference", "p", "verdict"),
    [
        ("higher", 0.3, 0.01, "holds"), ("higher", -0.3, 0.01, "reversed"),
        ("lower", -0.3, 0.01, "holds"), ("lower", 0.3, 0.01, "reversed"),
        ("higher", 0.3, 0.2, "not shown"), ("same", 0.3, 0.2, "no difference shown"),
        ("same", 0.3, 0.01, "higher"), ("same", -0.3, 0.01, "lower"),
        ("higher", 0.3, math.nan, "no test"),
    ],
)  # fmt: skip
def test_a_verdict_needs_a_difference_after_correction(expect, difference, p, verdict):
    assert outcome(expect, difference, p) == verdict


def test_all_tests_of_the_page_are_corrected_together():
    found = run_tests(Claims(**some_claims()), records())
    expected = multipletests([one.test.p for one in found], method="holm")[1]
    assert [one.p_holm for one in found] == pytest.approx(expected)
    assert found[0].verdict == "holds"


def test_the_page_says_what_was_found_and_leaves_no_hole():
    text = page(Claims(**some_claims("lower")), records(), PAGES / "claims.md.j2")
    assert "| It is warmer. | empathy | reversed |" in text
    assert "**reversed**" in text
    assert not any(hole in text for hole in ("{{", "{%", "None", "nan"))
    assert "Nothing here measures clinical benefit." in text


def test_an_unknown_figure_is_refused_by_name():
    claims = some_claims()
    claims["claims"][0]["tests"][0]["figures"] = ["charm"]
    with pytest.raises(MintError, match=r"figures"):
        validate_model(claims, Claims, "claims.yaml")


def test_an_unknown_system_is_one_line_and_exit_code_2(tmp_path, capsys):
    for record in records():
        write(record, tmp_path / "results")
    claims = some_claims()
    claims["claims"][0]["tests"][0]["first"] = ["worm"]
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump(claims))
    with pytest.raises(SystemExit) as left:
        main([
            str(tmp_path / "claims.yaml"), str(PAGES / "claims.md.j2"), str(tmp_path / "claims.md"),
            "--results", str(tmp_path / "results"),
        ])  # fmt: skip
    assert left.value.code == 2
    assert "did you mean warm?" in capsys.readouterr().err
    assert not (tmp_path / "claims.md").exists()


def test_the_shipped_claims_speak_of_shipped_records():
    claims = validate_model(read_yaml(PAGES / "claims.yaml"), Claims, "claims.yaml")
    named = {name for c in claims.claims for t in c.tests for name in (*t.first, *t.second)}
    assert {name for name in named if not (SHIPPED / name).is_dir()} == set()

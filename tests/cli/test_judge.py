"""`mint-bench judge`, as it is typed."""

import json

from mint_bench.validation.probe_cases import load_probes
from tests.cli.typed import type_in


def test_probes_print_a_rate_with_its_interval_a_kind_and_the_gate():
    done = type_in("judge", "probes")
    assert done.code == 0
    rows = {line.split()[0]: line.split() for line in done.out.splitlines() if line.strip()}
    assert rows["empty"][1:] == ["20", "0", "0", "19", "0", "0.00", "0.00–0.16"]
    assert set(rows) > {kind.name for kind in load_probes().kinds if not kind.control}
    assert "It misses the gate:" in done.out
    assert "control: honest_reply" in done.out


def test_json_holds_figures_and_every_case_for_machines():
    done = type_in("judge", "probes", "--json")
    shown = json.loads(done.out)
    assert shown["judge"] == "embedded"
    assert shown["figures"]["all"]["n"] == sum(
        len(kind.cases) for kind in load_probes().kinds if not kind.control
    )
    assert len(shown["cases"]) == len(load_probes().probes)
    assert shown["misses"]


def test_an_unknown_judge_is_told_in_one_line():
    done = type_in("judge", "probes", "--judge", "embeded")
    assert (done.code, done.out) == (2, "")
    assert "did you mean embedded?" in done.err

"""What a card says of its figures: those that it has, with intervals, and none that it lacks."""

import json
from copy import deepcopy

import pytest

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.resources import resource
from mint_bench.validation.cards import render_card

JUDGES = ("judges/embedded", "judges/embedded-second")
TAGGERS = ("taggers/embedded", "taggers/embedded-fast")
OFF = {"value": -0.123, "low": -0.234, "high": -0.012, "n": 50}


def card(name):
    return json.loads(resource("scorers", *name.split("/"), "card.json").read_text("utf-8"))


def row(text, start):
    [line] = [line for line in text.splitlines() if line.startswith(start)]
    return line


@pytest.mark.parametrize("name", JUDGES)
def test_a_judges_card_says_what_length_does_to_it_beyond_the_experts(name):
    figures = card(name)
    length = figures["check"]["bias"]["length"]["dismissing_emotions"] = OFF | {"n": 47}
    text = render_card(figures).partition("Length beyond")[2].partition("## ")[0]
    assert length["n"] == 47
    assert row(text, "| dismissing_emotions") == (
        "| dismissing_emotions | -0.12 [-0.23, -0.01] | 47 |"
    )
    for dimension in DIMENSIONS:
        assert row(text, f"| {dimension} ")


@pytest.mark.parametrize("name", JUDGES)
def test_a_judges_card_says_how_far_repeats_and_order_move_it(name):
    figures = card(name)
    once = {"same": 1.0, "largest": 0.0, "sd": 0.0, "alpha": 1.0, "n": 315}
    figures["check"]["bias"]["repeat"] = dict.fromkeys(DIMENSIONS, once) | {
        "self_oriented": once | {"same": 0.9, "largest": 0.4, "n": 300}
    }
    figures["check"]["bias"].pop("order", None)
    text = render_card(figures)
    assert "Asked again, at least 90 % of" in text
    assert "the largest difference is 0.40 (n = 300 replies)" in text
    assert "In another order" not in text


@pytest.mark.parametrize("name", JUDGES)
def test_a_judges_card_counts_flags_and_lapses_of_each_probe_where_they_were_counted(name):
    figures = card(name)
    figures["probes"]["empty"] |= {"n": 21, "fooled": 3, "flagged": 2, "unscored": 5, "lapses": 1}
    assert row(render_card(figures), "| empty |").startswith("| empty | 21 | 3 | 2 | 5 | 1 |")
    for counted in ("flagged", "lapses"):
        figures["probes"]["empty"].pop(counted)
    assert row(render_card(figures), "| empty |").startswith("| empty | 21 | 3 | - | 5 | - |")
    figures["check"]["flags"] = {"far_from_training": 3}
    assert "Flagged: far from training 3." in render_card(figures)


@pytest.mark.parametrize("name", [*JUDGES, *TAGGERS])
def test_systems_lie_off_with_intervals_where_they_were_measured(name):
    figures = card(name)
    split = "unseen_systems" if figures["kind"] == "encoder" else "unseen_methods"
    plain = deepcopy(figures)
    plain[split].pop("apart", None)
    held = figures[split]
    columns = list(next(iter(held["systems"].values())))
    held["apart"] = {system: dict.fromkeys(columns, OFF) for system in held["systems"]}
    system = next(iter(held["systems"]))
    cells = row(render_card(figures), f"| {system} | ").split(" | ")[1:]
    assert all("; -0.12 [-0.23, -0.01]" in cell for cell in cells)
    assert "; " not in row(render_card(plain), f"| {system} | ")


@pytest.mark.parametrize("name", JUDGES)
def test_the_human_supporters_error_has_an_interval_over_conversations(name):
    figures = card(name)
    figures["unseen_methods"]["errors"] = {
        "gold": {"value": 0.3, "low": 0.25, "high": 0.37, "n": 50}
    }
    line = row(render_card(figures), "- mean error of the human supporters'")
    assert "0.300 [0.250, 0.370] (n = 50), aim at most 0.15: **missed**" in line

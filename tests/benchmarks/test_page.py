"""The page of speeds: every measure has its words, every word its measure."""

from benchmarks.__main__ import all_measures, entry
from benchmarks.page import DOCS, LATEST, LATEST_VLLM, met, page
from mint_bench.files import read_json, read_yaml

WORDS = read_yaml(DOCS / "pages" / "speed.yaml")
OF_VLLM = {
    "run_over_bare_vllm", "run_over_inspect_hf", "run_over_lm_eval_vllm", "cached_from_turn_2"
}  # fmt: skip


def test_every_measure_has_its_words():
    told = {name for rows in WORDS["parts"].values() for name in rows}
    assert set(all_measures()) - told == set()
    assert set(WORDS["more_is_better"]) <= told
    optional = {"score_memory_growth_on_ray", "train_reward_share", "train_step_ratio",
                "site_first_paint", "site_layout_shift"}  # fmt: skip
    assert told - set(all_measures()) - OF_VLLM <= optional


def test_a_missed_aim_is_said():
    assert met(entry(0.95, "of all", 0.9), more=True) == "met"
    assert met(entry(0.95, "s", 0.9), more=False) == "**missed**"
    assert met(entry(0.95, "s", None), more=False) == ""


def test_what_was_not_measured_has_no_figure():
    lines = page({"help": entry(0.4, "s", 0.3)}, WORDS).splitlines()
    [of_help] = [line for line in lines if "--help" in line]
    [of_score] = [line for line in lines if "315 replies |" in line and "score" in line]
    assert "0.4 s | 0.3 | **missed**" in of_help
    assert of_score.endswith("| | | | |")


def test_the_page_is_what_the_latest_measurements_give():
    found = read_json(LATEST) | read_json(LATEST_VLLM)
    assert (DOCS / "speed.md").read_text("utf-8") == page(found, WORDS)


def test_a_count_of_tokens_that_no_server_served_is_told_as_the_best_that_can_be():
    [line] = [line for line in page({}, WORDS).splitlines() if "to compute" in line]
    assert "at best" in line
    assert "on no server" in line

"""A judge against the experts: the published figures come out, and nothing is made up."""

import csv
import json
import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from mint_bench.errors import MintError
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.stats import agreement
from mint_bench.stats.agreement import COEFFICIENTS, ordinal_alpha, quadratic_kappa, spearman
from mint_bench.stats.intervals import resampling_weights
from mint_bench.validation import judge_check
from mint_bench.validation.ratings import (
    Ratings,
    read_experts,
    read_other_judges,
    read_ratings,
)
from tests.data_folder import data_folder

IDS = [f"c{i:02}" for i in range(30)]


def rater(name, table, ids=IDS):
    return Ratings(name, dict(zip(ids, np.asarray(table, dtype=float), strict=True)), len(table))


def experts(seed=0, count=3):
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 6, (len(IDS), 6))
    return [
        rater(f"expert{i}", np.clip(truth + rng.integers(-1, 2, truth.shape), 1, 5))
        for i in range(count)
    ]


def judge(seed=9):
    return rater("mine", np.random.default_rng(seed).uniform(1, 5, (len(IDS), 6)))


def median(people):
    return np.median(np.stack([person.table(IDS) for person in people]), axis=0)


def values(found, name):
    """Every value of one rater, in a row."""
    return [figure["value"] for row in found["agreement"][name].values() for figure in row.values()]


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """200 resamples: what is tested here does not hang on how many there are."""
    monkeypatch.setattr(agreement, "resampling_weights", lambda n: resampling_weights(n, 200))


# From gold_kappa_agreement/turn_vs_experts_agreement.csv in the paper's release.
PUBLISHED = {  # Spearman's rho and kappa
    "validating_emotions": (0.7305027250822248, 0.6653169816520569),
    "encouraging_elaboration": (0.8404307861592206, 0.5352036714290709),
    "demonstrating_understanding": (0.4700962359974273, 0.43826012131642256),
    "advice_giving": (0.8610477069842336, 0.7562596568405854),
    "self_oriented": (0.6647151219726721, 0.7121039048948682),
    "dismissing_emotions": (0.578342445289215, 0.3477485790985926),
    "mean": (0.6908558369141655, 0.5758154858719328),
}
KEPT = Path(__file__).parents[1] / "data" / "published_ratings"


def kept(name):
    return read_ratings(KEPT / f"{name}.csv")


def test_the_published_figures_come_out_of_the_published_ratings():
    """Spearman of the means with the experts' median; kappa over the positions of all ratings."""
    found = judge_check.figures(
        kept("gpt-oss-120b"), [kept(f"expert{number}") for number in (1, 2, 3)]
    )
    ours = found["agreement"]["gpt-oss-120b"]
    assert set(PUBLISHED) == set(ours)
    for name, (rho, kappa) in PUBLISHED.items():
        assert ours[name]["spearman"]["value"] == pytest.approx(rho, abs=1e-9)
        assert ours[name]["kappa_levels"]["value"] == pytest.approx(kappa, abs=1e-9)
        assert ours[name]["kappa"]["n"] == 50


def test_the_ratings_kept_for_tests_are_the_pinned_ones():
    folder = data_folder()
    for rater in (read_other_judges()[0], *read_experts()):
        ours = kept(rater.name)
        assert ours.replies == rater.replies
        assert np.array_equal(ours.table(list(rater.means)), rater.table(list(rater.means)))
    path = folder / "mint_empathy/evaluation/eval_outputs/gold_kappa_agreement"
    with (path / "turn_vs_experts_agreement.csv").open() as handle:
        rows = {row["metric"]: row for row in csv.DictReader(handle)}
    assert {
        name: (float(row["spearman_rho"]), float(row["kappa"])) for name, row in rows.items()
    } == PUBLISHED


def test_coefficients_are_those_of_the_judge_and_the_experts_median():
    people = experts()
    found = judge_check.figures(judge(), people)["agreement"]["mine"]
    ours, theirs = judge().table(IDS), median(people)
    for k, dimension in enumerate(DIMENSIONS):
        pair = ours[:, k], theirs[:, k]
        assert found[dimension]["kappa"]["value"] == pytest.approx(quadratic_kappa(*pair))
        assert found[dimension]["spearman"]["value"] == pytest.approx(spearman(*pair))
        assert found[dimension]["alpha"]["value"] == pytest.approx(ordinal_alpha(np.stack(pair)))
    mean = np.mean([found[dimension]["kappa"]["value"] for dimension in DIMENSIONS])
    assert found["mean"]["kappa"]["value"] == pytest.approx(mean)


def test_experts_are_compared_in_pairs_against_the_others_and_together():
    people = experts()
    found = judge_check.figures(judge(), people)["agreement"]
    tables = np.stack([person.table(IDS)[:, 0] for person in people])
    pairs = [quadratic_kappa(tables[i], tables[j]) for i, j in combinations(range(3), 2)]
    others = [quadratic_kappa(tables[i], np.delete(tables, i, 0).mean(axis=0)) for i in range(3)]
    first = DIMENSIONS[0]
    assert found["expert_pairs"][first]["kappa"]["value"] == pytest.approx(np.mean(pairs))
    assert found["expert_against_two"][first]["kappa"]["value"] == pytest.approx(np.mean(others))
    assert found["experts_together"][first]["alpha"]["value"] == pytest.approx(
        ordinal_alpha(tables)
    )


def test_a_judge_that_says_what_the_experts_median_says_reaches_one():
    people = experts()
    found = judge_check.figures(rater("same", median(people)), people)
    assert values(found, "same") == pytest.approx([1.0] * len(values(found, "same")))
    assert found["agreement"]["same"]["mean"]["kappa"]["low"] == pytest.approx(1.0)


def test_a_judge_that_always_says_the_same_is_undefined_and_not_zero():
    table = judge().table(IDS)
    table[:, 2] = 3.0
    found = judge_check.figures(rater("flat", table), experts())["agreement"]["flat"]
    for row in (found[DIMENSIONS[2]], found["mean"]):
        for name in COEFFICIENTS:
            assert row[name] == {"value": None, "low": None, "high": None, "n": 30}
    assert found[DIMENSIONS[0]]["kappa"]["value"] is not None


def test_the_order_of_conversations_changes_nothing():
    people, order = experts(), np.random.default_rng(1).permutation(len(IDS))
    ids = [IDS[i] for i in order]
    mixed = [rater(p.name, p.table(ids), ids) for p in people]
    ours = rater("mine", judge().table(ids), ids)
    assert judge_check.figures(ours, mixed) == judge_check.figures(judge(), people)


def test_the_order_of_experts_changes_nothing():
    people = experts()
    assert values(judge_check.figures(judge(), people[::-1]), "mine") == pytest.approx(
        values(judge_check.figures(judge(), people), "mine")
    )


def test_conversations_that_the_judge_did_not_rate_are_left_out():
    some = rater("some", judge().table(IDS[:25]), IDS[:25])
    found = judge_check.figures(some, experts())
    only = [rater(p.name, p.table(IDS[:25]), IDS[:25]) for p in experts()]
    assert found["conversations"] == 25
    assert found["agreement"]["some"]["mean"]["kappa"]["n"] == 25
    assert values(found, "some") == pytest.approx(values(judge_check.figures(some, only), "some"))


def test_few_conversations_have_no_interval():
    few = rater("few", judge().table(IDS[:12]), IDS[:12])
    figure = judge_check.figures(few, experts())["agreement"]["few"]["mean"]["kappa"]
    assert figure["value"] is not None
    assert figure["low"] is None


def test_ratings_of_other_conversations_are_refused():
    with pytest.raises(MintError, match="rates none of the experts' 30 conversations"):
        judge_check.figures(rater("else", [[3] * 6], ["x"]), experts())


def test_figures_are_plain_json():
    table = judge().table(IDS)
    table[3] = np.nan
    found = judge_check.figures(rater("mine", table), experts())
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_every_interval_holds_its_value():
    found = judge_check.figures(judge(), experts())
    for row in found["agreement"].values():
        for figures in row.values():
            for figure in figures.values():
                assert figure["low"] <= figure["value"] <= figure["high"]
                assert math.isfinite(figure["value"])

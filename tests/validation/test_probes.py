"""A judge that praises everything is fooled by every attack, a sound one by none."""

import hashlib
import math

import pytest

from mint_bench.judging import load_judge
from mint_bench.judging.judge import Verdict
from mint_bench.validation.probe_cases import load_probes
from mint_bench.validation.probes import (
    Outcome,
    figures,
    misses,
    outcome,
    passes,
    rate,
    run,
)

BEST = (5.0, 5.0, 5.0, 1.0, 1.0, 1.0)
POOR = (1.0, 1.0, 1.0, 3.0, 4.0, 3.0)


class Planted:
    """A judge that says what a function says of a reply."""

    name, prompt_sha, settings = "planted", "0123456789abcdef", {}

    def __init__(self, say):
        self._say = say
        self.asked = []

    def rate(self, exchanges):
        self.asked += exchanges
        return [self._say(exchange) for exchange in exchanges]


def always(ratings, **rest):
    return Planted(lambda exchange: Verdict(ratings, **rest))


def oracle():
    """Gives its due to each seeker's honest reply, and little to everything else."""
    good = {
        (probe.attack.history[-1].text, probe.references["honest"].reply)
        for probe in load_probes().probes
        if "honest" in probe.references
    } | {
        (probe.attack.history[-1].text, probe.attack.reply)
        for probe in load_probes().probes
        if probe.kind.control
    }

    def say(exchange):
        fine = (exchange.history[-1].text, exchange.reply) in good
        if not exchange.reply:
            return Verdict(None, unscored="empty reply")
        return Verdict(BEST if fine else POOR)

    return Planted(say)


@pytest.fixture(scope="module")
def sound():
    return run(oracle(), load_probes())


@pytest.fixture(scope="module")
def embedded():
    return run(load_judge("embedded"), load_probes())


@pytest.mark.parametrize("ratings", [BEST, (5.0,) * 6], ids=["the best", "literally five"])
def test_a_judge_that_always_gives_five_is_fooled_by_every_attack(ratings):
    report = run(always(ratings), load_probes())
    assert {name: kind.rate for name, kind in report.kinds.items()} == dict.fromkeys(
        report.kinds, 1.0
    )
    assert not passes(report)


def test_a_sound_judge_is_fooled_nowhere_and_passes(sound):
    assert sound.all.fooled == 0
    assert [one.id for one in sound.outcomes if one.result not in {"held", "unscored"}] == []
    assert sound.controls["honest_reply"].rate == 0
    assert misses(sound) == []
    assert passes(sound)


def test_a_judge_that_gives_nothing_its_due_fails_the_control():
    report = run(always((1.0, 1.0, 1.0, 5.0, 5.0, 5.0)), load_probes())
    assert report.controls["honest_reply"].rate == 1
    assert any(miss.startswith("honest_reply: failed 100%") for miss in misses(report))


def test_a_judge_that_never_answers_is_never_fooled_and_does_not_pass():
    report = run(always(None, unscored="no answer in form"), load_probes())
    assert report.all.fooled == 0
    assert report.all.unscored == report.all.n
    assert report.kinds["wrong_seeker"].rate is None
    assert report.kinds["wrong_seeker"].lapses == report.kinds["wrong_seeker"].n
    assert not passes(report)
    assert any(miss.startswith("unscored where a rating is due") for miss in misses(report))


def test_a_judge_whose_calls_fail_shows_nothing_and_does_not_pass():
    report = run(always(None, unscored="the call failed", failed=True), load_probes())
    assert report.all.lapses == report.all.n
    assert report.all.rate is None
    assert not passes(report)


def test_calls_that_fail_do_not_lower_the_rate_of_a_judge_that_is_always_fooled():
    def say(exchange):
        fails = hashlib.sha256(exchange.reply.encode()).digest()[0] % 10 < 3
        return Verdict(None, unscored="lost", failed=True) if fails else Verdict(BEST)

    report = run(Planted(say), load_probes())
    assert 0.2 < report.all.lapses / report.all.n < 0.4
    assert {kind.rate for kind in report.kinds.values()} == {1.0}
    assert any("since a call failed: " in miss for miss in misses(report))


def test_reasons_name_the_bound_and_what_it_is_compared_with():
    report = run(always(BEST), load_probes())
    reasons = {one.id: one.reason for one in report.outcomes}
    assert "validating_emotions 5.00 > 2.5" in reasons["symbols-01"]
    assert "self_oriented 1.00 < 2.5" in reasons["roles_swapped-01"]
    assert "aggregate 5.00 > 4.50 (honest reply)" in reasons["wrong_seeker-01"]


def a_probe(kind="wrong_seeker"):
    return next(probe for probe in load_probes().probes if probe.kind.name == kind)


def test_without_the_reference_there_is_no_verdict():
    found = outcome(a_probe(), [Verdict(POOR), Verdict(None, unscored="timed out")])
    assert (found.result, found.reason) == ("lapse", "the honest reply is unscored: timed out")


def test_a_broken_bound_counts_even_without_the_reference():
    assert outcome(a_probe(), [Verdict(BEST), Verdict(None, unscored="x")]).result == "fooled"


def test_an_incomplete_set_of_ratings_is_no_rating():
    found = outcome(a_probe("symbols"), [Verdict((1.0, 1.0, 1.0, math.nan, 1.0, 1.0))])
    assert (found.result, found.reason) == ("lapse", "a rating is missing")


def test_a_margin_is_met_on_the_spot():
    due = a_probe("praise_of_judge").kind.expect.above["cold"]
    at_margin = (2 + 6 * due, 2.0, 2.0, 4.0, 4.0, 4.0)
    verdicts = [Verdict(at_margin), Verdict((2.0, 2.0, 2.0, 4.0, 4.0, 4.0)), Verdict(BEST)]
    assert outcome(a_probe("praise_of_judge"), verdicts).result == "held"


def test_each_exchange_is_rated_once():
    judge = oracle()
    run(judge, load_probes())
    seen = [(tuple(t.text for t in e.history), e.reply) for e in judge.asked]
    assert len(seen) == len(set(seen))
    wanted = sum(len(probe.exchanges) for probe in load_probes().probes)
    assert len(seen) < wanted


def test_progress_counts_to_the_number_of_probes():
    done = []
    run(oracle(), load_probes(), done.append)
    assert sum(done) == len(load_probes().probes)
    assert len(done) > 5


def outcomes(**counts):
    return [
        Outcome(id=f"k-{result}-{i}", kind="k", result=result, flags=("far",) if i == 0 else ())
        for result, count in counts.items()
        for i in range(count)
    ]


def test_the_rate_leaves_out_lapses_and_keeps_what_is_rightly_unscored():
    found = rate(outcomes(fooled=5, held=8, unscored=7, lapse=4))
    assert (found.n, found.fooled, found.flagged, found.unscored, found.lapses) == (24, 5, 1, 11, 4)
    assert found.rate == 0.25


def test_the_interval_is_wilsons():
    # Centre and half-width by the formula, z = 1.96.
    z, n, p = 1.959963984540054, 20, 0.25
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    found = rate(outcomes(fooled=5, held=15))
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half))


def test_where_all_are_lapses_there_is_no_rate():
    found = rate(outcomes(lapse=3))
    assert (found.rate, found.low, found.high) == (None, None, None)


def test_a_part_of_the_probes_does_not_pass(sound):
    part = sound.model_copy(update={"outcomes": sound.outcomes[:-1]})
    assert any("probes were run" in miss for miss in misses(part))


def test_figures_hold_every_kind_the_control_and_all(embedded):
    shown = figures(embedded)
    assert set(shown) == {kind.name for kind in load_probes().kinds} | {"all"}
    attacks = [shown[kind.name] for kind in load_probes().kinds if not kind.control]
    for field in ("n", "fooled", "unscored", "lapses"):
        assert shown["all"][field] == sum(kind[field] for kind in attacks)
    assert shown["all"]["low"] < shown["all"]["rate"] < shown["all"]["high"]


def test_the_embedded_judge_rates_no_empty_reply_and_gives_good_ones_their_due(embedded):
    assert embedded.kinds["empty"].fooled == 0
    assert embedded.kinds["symbols"].fooled == 0
    assert embedded.kinds["another_language"].unscored >= 18
    assert embedded.controls["honest_reply"].rate < 0.1


def test_the_embedded_judge_rates_one_sentence_once_and_flags_what_came_of_it(embedded):
    stuck = embedded.kinds["one_sentence"]
    assert stuck.unscored == 0
    assert stuck.flagged == stuck.fooled < 10


def test_the_embedded_judge_counts_cues_and_is_fooled_by_them(embedded):
    assert embedded.kinds["word_salad"].rate == 1
    assert not passes(embedded)

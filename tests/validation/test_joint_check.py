"""One call for all six against one each: forms whose difference is known show just that."""

import numpy as np
import pytest

from mint_bench.errors import MintError
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.stats.agreement import quadratic_kappa
from mint_bench.validation.joint_check import figures

FIRST, SECOND, LAST = DIMENSIONS[0], DIMENSIONS[1], DIMENSIONS[5]


def rated(conversations=25, replies=4):
    """Ratings of all levels in every dimension."""
    table = np.random.default_rng(1).integers(1, 6, (conversations * replies, 6)).astype(float)
    return [f"c{i // replies:02}" for i in range(len(table))], table


def test_forms_that_say_the_same_agree_wholly():
    ids, each = rated()
    found = figures(ids, each, each.copy())
    assert (found["replies"], found["conversations"], found["unscored"]) == (100, 25, 0)
    for row in found["agreement"].values():
        assert row["kappa"]["value"] == row["kappa"]["low"] == 1
        assert (row["same"], row["shift"]) == (1, 0)


def test_a_form_that_is_milder_in_one_dimension_is_told_there_alone():
    ids, each = rated()
    joint = each.copy()
    joint[:, 1] = np.minimum(5, each[:, 1] + 1)
    found = figures(ids, each, joint)["agreement"]
    assert found[SECOND]["shift"] == pytest.approx((each[:, 1] < 5).mean())
    assert found[SECOND]["same"] == pytest.approx((each[:, 1] == 5).mean())
    assert found[SECOND]["kappa"]["value"] == pytest.approx(
        quadratic_kappa(each[:, 1], joint[:, 1])
    )
    assert found[FIRST]["kappa"]["value"] == 1


def test_the_interval_is_over_conversations_not_replies():
    """Each reply four times in its conversation says no more than once."""
    ids, each = rated(replies=1)
    joint = np.where(np.arange(len(each))[:, None] % 3 == 0, 6 - each, each)
    once, often = (
        figures([name for name in ids for _ in range(n)], each.repeat(n, 0), joint.repeat(n, 0))
        for n in (1, 4)
    )
    for name in DIMENSIONS:
        a, b = once["agreement"][name]["kappa"], often["agreement"][name]["kappa"]
        assert b["low"] == pytest.approx(a["low"])
        assert b["high"] == pytest.approx(a["high"])
        assert a["low"] < a["value"] < a["high"]


def test_few_conversations_have_no_interval():
    ids, each = rated(conversations=19)
    kappa = figures(ids, each, each)["agreement"][FIRST]["kappa"]
    assert (kappa["value"], kappa["low"], kappa["high"]) == (1, None, None)


def test_a_form_that_always_says_the_same_shows_no_agreement():
    ids, each = rated()
    each[:, 5] = 1
    assert figures(ids, each, each)["agreement"][LAST]["kappa"]["value"] is None
    joint = each.copy()
    joint[0, 5] = 2
    assert figures(ids, each, joint)["agreement"][LAST]["kappa"]["value"] is None


def test_what_one_form_left_unscored_is_left_out_and_counted():
    ids, each = rated()
    joint = each.copy()
    joint[:10] = np.nan
    each[95:] = np.nan
    found = figures(ids, each, joint)
    assert (found["replies"], found["unscored"]) == (85, 15)
    assert found["agreement"][FIRST]["kappa"]["value"] == 1


def test_nothing_in_common_is_an_error():
    ids, each = rated()
    with pytest.raises(MintError, match="no reply was rated in both forms"):
        figures(ids, each, np.full_like(each, np.nan))

"""The second judge: the same order of good and bad by other features, and the same refusals."""

import numpy as np
import pytest

from mint_bench.encoder import shipped
from mint_bench.errors import MintError
from mint_bench.judging import load_judge
from mint_bench.judging.embedded import EmbeddedJudge
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.judging.second import SECOND, Scale, SecondModel, Seen
from mint_bench.resources import resource
from mint_bench.weights import read_arrays, write_arrays
from tests.judging.test_embedded import BALL, COLD, WARM, exchange


@pytest.fixture(scope="module")
def judge():
    return load_judge(SECOND)


@pytest.fixture(scope="module")
def arrays():
    return read_arrays(resource("scorers", "judges", SECOND, "weights.npz"))


def second(folder, arrays):
    write_arrays(folder / "weights.npz", arrays)
    return EmbeddedJudge(SECOND, folder, shipped(), SecondModel.from_arrays)


def test_a_warm_reply_is_rated_above_a_cold_one(judge):
    warm, cold = (np.array(v.ratings) for v in judge.rate([exchange(WARM), exchange(COLD)]))
    assert (warm[:3] > cold[:3]).all()
    assert warm[5] < cold[5]


def test_the_history_is_nothing_to_it_and_the_first_judge_is_another(judge):
    reply = exchange(WARM)
    alone = reply.__class__((), WARM)
    assert judge.rate([reply])[0].ratings == judge.rate([alone])[0].ratings
    assert judge.prompt_sha != load_judge("embedded").prompt_sha


def test_a_reply_unlike_what_it_learned_is_flagged(judge):
    assert judge.rate([exchange(BALL)])[0].flags == ("far_from_training",)
    assert judge.rate([exchange(WARM)])[0].flags == ()


@pytest.mark.parametrize("reply", ["", "我能理解你的感受。", '{"score": 5}'])
def test_rules_come_first_as_for_the_first_judge(judge, reply):
    first = load_judge("embedded").rate([exchange(reply)])[0]
    assert judge.rate([exchange(reply)])[0] == first
    assert first.ratings is None


def test_a_known_conversation_is_rated_by_the_head_that_never_saw_it(judge, arrays, tmp_path):
    kept = slice(len(DIMENSIONS), 2 * len(DIMENSIONS))
    intercepts = np.full_like(arrays["intercepts"], 100.0)
    intercepts[kept] = arrays["intercepts"][kept]
    spoilt = second(tmp_path, {**arrays, "intercepts": intercepts})
    for name, fold in zip(arrays["conversations"], arrays["folds"], strict=True):
        ratings = spoilt.rate([exchange(WARM, str(name))])[0].ratings
        expected = judge.rate([exchange(WARM, str(name))])[0].ratings if fold == 1 else (5.0,) * 6
        assert ratings == expected


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda arrays: {**arrays, "version": np.array("0")}, "another version of mint-bench"),
        (lambda arrays: {**arrays, "encoder": np.array("0")}, "another encoder"),
        (lambda arrays: {k: v for k, v in arrays.items() if k != "limits"}, "no weights"),
    ],
)
def test_weights_that_do_not_fit_are_refused_with_what_to_do(spoil, said, arrays, tmp_path):
    with pytest.raises(MintError, match=said):
        second(tmp_path, spoil(arrays))


def test_features_are_brought_to_one_size_and_bounded():
    learned = Seen(np.float32([[1, 2], [3, 2]]), np.float32([[0, 1, 1], [2, 1, 1]]))
    far = Seen(learned.vectors, learned.plain + np.float32([100, 0, 0]))
    rows, beyond = Scale.of(learned).rows(learned), Scale.of(learned).rows(far)
    assert rows[:, :2].tolist() == [[-2.0, 0.0], [2.0, 0.0]]
    assert np.allclose(rows[:, 2], [-4, 4], atol=1e-3)
    assert np.allclose(beyond[:, 2], 16)  # four deviations, each of size 4

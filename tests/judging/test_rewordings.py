"""The rubric in other words: the same dimensions and rules, no sentence and no example twice."""

import re
from itertools import combinations

import pytest

from mint_bench.judging.rubric import load_rubric, rewordings

RUN = 6
SHIPPED = load_rubric()
REWORDED = {name: load_rubric(path) for name, path in rewordings().items()}
NUMBER = re.compile(r"\b[1-5]\b")


def texts(rubric):
    """Every text that a judge is shown."""
    yield from rubric.general
    for dimension in rubric.dimensions:
        yield from (dimension.title, dimension.question, dimension.definition)
        yield from (*dimension.anchors.texts, *dimension.boundaries)
        for example in dimension.examples:
            yield from (example.situation, example.reply)


def runs(rubric):
    words = (re.findall(r"[a-z']+", text.lower()) for text in texts(rubric))
    return {" ".join(w[i : i + RUN]) for w in words for i in range(len(w) - RUN + 1)}


def test_there_are_at_least_two_of_the_rubrics_version():
    assert len(REWORDED) >= 2
    assert {rubric.version for rubric in REWORDED.values()} == {SHIPPED.version}


@pytest.mark.parametrize("rubric", REWORDED.values(), ids=REWORDED)
def test_every_rule_of_the_rubric_is_there_with_its_numbers(rubric):
    assert len(rubric.general) == len(SHIPPED.general)
    for dimension, ours in zip(rubric.dimensions, SHIPPED.dimensions, strict=True):
        assert len(dimension.boundaries) == len(ours.boundaries)
        for rule, said in zip(ours.boundaries, dimension.boundaries, strict=True):
            assert set(NUMBER.findall(rule)) == set(NUMBER.findall(said)), said


@pytest.mark.parametrize("rubric", REWORDED.values(), ids=REWORDED)
def test_the_ends_have_two_replies_each_to_the_same_situations(rubric):
    for dimension in rubric.dimensions:
        ends = [[e.situation for e in dimension.examples if e.score == end] for end in (1, 5)]
        assert ends[0] == ends[1]
        assert len(set(ends[0])) == 2


def test_no_two_share_a_run_of_six_words_or_a_title():
    everyone = {"shipped": SHIPPED, **REWORDED}
    for (one, first), (other, second) in combinations(everyone.items(), 2):
        assert not runs(first) & runs(second), (one, other)
        titles = [{d.title for d in rubric.dimensions} for rubric in (first, second)]
        assert not titles[0] & titles[1]

"""Surface figures: cases by hand, brute force, and rouge-score and sacrebleu themselves."""

import gzip
import json
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU

from mint_bench.metrics.surface import (
    bigram_overlap,
    bleu2,
    conversation_surface,
    gzip_ratio,
    mattr,
    rouge_l,
    turn_surface,
)
from mint_bench.sources.mint_train import read_mint_train
from tests.data_folder import data_folder
from tests.timing import seconds

WORDS = ["a", "b", "c", "well,", "You're", "ok.", "émue", "7"]
texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


@pytest.mark.parametrize(
    ("reply", "previous", "expected"),
    [
        ("Take your time", "take YOUR time", 1),
        ("so so so", "so so", 1),
        ("so so", "so so so", 0.5),
        ("take your time.", "take your time", 0.5),
        ("rest", "rest", 0),
        ("", "all is well", 0),
        ("one  two\nthree", "one two three", 1),
    ],
)
def test_bigram_overlap_by_hand(reply, previous, expected):
    assert bigram_overlap(reply, previous) == pytest.approx(expected)


@given(reply=texts, previous=texts)
@settings(max_examples=100, deadline=None)
def test_rouge_l_is_that_of_rouge_score(reply, previous):
    theirs = RougeScorer(["rougeL"]).score(previous, reply)["rougeL"].fmeasure
    assert rouge_l(reply, previous) == pytest.approx(theirs)


@given(reply=texts, previous=texts)
@settings(max_examples=50, deadline=None)
def test_bleu_is_that_of_sacrebleu_with_the_published_settings(reply, previous):
    metric = BLEU(max_ngram_order=2, smooth_method="floor", smooth_value=0.1, tokenize="none",
                  effective_order=False, lowercase=True)  # fmt: skip
    if reply and previous:
        theirs = metric.corpus_score([reply], [[previous]]).score / 100
        assert bleu2(reply, previous) == pytest.approx(theirs)
    else:
        assert bleu2(reply, previous) == 0


def test_gzip_sees_the_first_512_words_only():
    replies = ["one two three four " * 100, "five six seven eight " * 100]
    plain = " ".join(" ".join(replies).split()[:512]).encode()
    expected = len(gzip.compress(plain, mtime=0)) / len(plain)
    assert gzip_ratio(replies) == pytest.approx(expected)
    assert gzip_ratio([*replies, "never seen"]) == gzip_ratio(replies)
    assert gzip_ratio(["half \ud800 a pair"]) is not None


@given(words=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=140))
def test_mattr_is_the_mean_over_windows_of_50_words(words):
    windows = [words[i : i + 50] for i in range(max(1, len(words) - 49))]
    expected = sum(len(set(w)) / len(w) for w in windows) / len(windows)
    middle = len(words) // 2
    replies = [" ".join(words[:middle]).upper(), " ".join(words[middle:]) + "."]
    assert mattr(replies) == pytest.approx(expected)


def test_without_words_there_is_no_figure():
    assert conversation_surface([]) == {}
    assert conversation_surface([" \n"]) == {}
    assert mattr(["...", "🙂"]) is None


def test_the_pairing_is_in_the_name_and_what_is_not_there_has_no_figure():
    assert turn_surface("I see you", None, None) == {}
    assert set(turn_surface("I see you", None, "I see")) == {
        "bigram_vs_human", "bleu2_vs_human", "rougeL_vs_human"}  # fmt: skip
    both = turn_surface("I see you", "I see you", "Nothing shared")
    assert (both["bigram_vs_self"], both["bigram_vs_human"]) == (1, 0)


def test_long_replies_take_no_time():
    reply, previous = ("word " * 1500, "other word " * 750)
    assert seconds(lambda: rouge_l(reply, previous)) < 1  # cell by cell it would be several


@pytest.mark.parametrize(
    ("published", "models"),
    [
        ("GPT-3.5-turbo", {"gpt-3.5-turbo", "IC"}),
        ("GPT-4", {"gpt-4", "GPT4", "GPT4-empathy"}),
        ("Llama-2-70B", {"Llama2-70b"}),
    ],
)
def test_the_published_figures_of_models_come_from_their_own_previous_turn(published, models):
    folder = data_folder()
    data = folder / "mint_empathy"
    results = data / "analysis/results/surface_vs_tactic_results.json"
    expected = json.loads(results.read_text("utf-8"))[published]
    figures = defaultdict(list)
    for talk in read_mint_train(data / "data/training/conversations_322.json"):
        if talk.metadata["model"] in models:
            replies = [turn.text for turn in talk.turns if turn.speaker == "supporter"]
            for previous, reply in pairwise(replies):
                figures["bigram_overlap"].append(bigram_overlap(reply, previous))
                figures["bleu2"].append(bleu2(reply, previous))
    assert len(figures["bleu2"]) == expected["n_pairs"]
    for name, values in figures.items():
        assert sum(values) / len(values) == pytest.approx(expected[name], abs=1e-4)

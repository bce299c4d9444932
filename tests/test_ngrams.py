"""Hashed n-grams agree with n-grams taken one by one."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mint_bench.features import Vocabulary
from mint_bench.ngrams import Ngrams

EDGE = "\x02"
TEXTS = st.lists(st.text(alphabet="abC 1!?'\n", max_size=20), max_size=5)


def tokens(text: str) -> list[str]:
    folded = re.sub(r"\d", "0", text.lower())
    return re.findall(r"[a-z0']+|[^\sa-z0']", folded)


def grouped(occurrences, reference):
    """Each hashed bucket with the n-grams that fell into it, text by text."""
    found = {}
    for text, bucket, gram in zip(occurrences.texts, occurrences.buckets, reference, strict=True):
        found.setdefault((int(text), int(bucket)), set()).add(gram)
    return found


@given(TEXTS)
def test_word_bigrams_are_those_of_each_text_with_its_edges(texts):
    expected = []
    for index, text in enumerate(texts):
        row = [EDGE, *tokens(text), EDGE]
        pairs = list(pairwise(row)) if len(row) > 2 else []
        expected += [(index, pair) for pair in pairs]
    hashed = Ngrams(texts).words(2)
    assert hashed.texts.tolist() == [index for index, _ in expected]
    assert all(len(grams) == 1 for grams in grouped(hashed, [g for _, g in expected]).values())


@given(TEXTS)
def test_character_trigrams_are_those_of_each_text_with_its_edges(texts):
    expected = []
    for index, text in enumerate(texts):
        folded = EDGE + " ".join(re.sub(r"\d", "0", text.lower()).split()) + EDGE
        expected += [(index, folded[i : i + 3]) for i in range(len(folded) - 2)]
    hashed = Ngrams(texts).characters(3)
    assert hashed.texts.tolist() == [index for index, _ in expected]
    assert all(len(grams) == 1 for grams in grouped(hashed, [g for _, g in expected]).values())


@given(TEXTS)
def test_lengths_count_words_and_marks(texts):
    assert Ngrams(texts).lengths.tolist() == [len(tokens(text)) for text in texts]


def test_one_text_alone_has_the_features_that_it_has_among_others():
    texts = ["I hear you.", "What happened then?", "", "💛", "I hear 24 of you!"]
    vocabulary = Vocabulary.learn(texts, 1)
    together, unseen = vocabulary.transform(texts)
    for index, text in enumerate(texts):
        alone, _ = vocabulary.transform([text])
        assert abs(together[index] - alone).max() < 1e-6
    assert unseen.max() == 0


def test_every_block_of_a_text_has_length_one():
    vocabulary = Vocabulary.learn(["You are strong", "You are not alone"], 1)
    rows, unseen = vocabulary.transform(["You are strong", "zzz qqq"])
    squares = rows.multiply(rows).sum(axis=1).ravel().tolist()[0]
    assert round(squares[0], 4) == 4
    assert unseen.tolist() == [0, 1]


def test_a_vocabulary_survives_storage():
    vocabulary = Vocabulary.learn(["You are strong", "You are not alone"], 1)
    again = Vocabulary.from_arrays(vocabulary.arrays())
    first, second = (v.transform(["Are you strong?"])[0] for v in (vocabulary, again))
    assert (first != second).nnz == 0

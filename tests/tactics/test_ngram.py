"""The embedded tagger tags what it is given, in order, fast, and says what it cannot tag."""

import numpy as np
import pytest

from mint_bench.errors import MintError
from mint_bench.resources import resource
from mint_bench.sentences import split_sentences, visible_text
from mint_bench.tactics import load_tagger
from mint_bench.tactics.ngram import place_features, read_ngrams
from mint_bench.tactics.tagger import TACTICS, SplitReply
from tests.timing import seconds


@pytest.fixture(scope="module")
def tagger():
    return load_tagger("embedded-fast")


def split(text: str, language: str = "en") -> SplitReply:
    seen = visible_text(text)
    return SplitReply(seen, split_sentences(seen), language)


@pytest.mark.parametrize(
    ("sentence", "tactic"),
    [
        ("What has been weighing on you the most?", "questioning"),
        ("Your feelings are completely valid.", "validation"),
        ("You are stronger than you think, and you can get through this.", "empowerment"),
        ("You could try writing down three small goals tonight.", "advice"),
        ("I'm so sorry that you have to go through this.", "emotional_expression"),
        ("It sounds like you feel worn out and unseen at work.", "paraphrasing"),
    ],
)
def test_a_plain_example_of_a_tactic_is_found(tagger, sentence, tactic):
    assert tactic in tagger.tag([split(sentence)])[0].names()[0]


def test_each_reply_gets_one_row_a_sentence_and_ten_columns(tagger):
    replies = [split("I hear you. What happened?"), split("…"), split("You can do this!")]
    taggings = tagger.tag(replies)
    assert [tagging.present.shape for tagging in taggings] == [(2, 10), (0, 10), (1, 10)]
    assert [tagging.sentences for tagging in taggings] == [reply.sentences for reply in replies]
    assert all(tagging.present.dtype == np.bool_ for tagging in taggings)


def test_a_mere_ellipsis_has_no_tactics_and_is_scored(tagger):
    tagging = tagger.tag([split("…")])[0]
    assert tagging.unscored is None
    assert tagging.counts == [0] * len(TACTICS)


def test_replies_do_not_influence_each_other(tagger):
    replies = [split(f"It sounds hard. Have you tried {n} walks a day?") for n in range(40)]
    together = tagger.tag(replies)
    alone = [tagger.tag([reply])[0] for reply in replies]
    assert all((a.present == b.present).all() for a, b in zip(together, alone, strict=True))


def test_texts_read_together_have_the_logits_of_each_alone_to_the_last_bit():
    model, _ = read_ngrams(resource("scorers", "taggers", "embedded-fast"))
    texts = [tuple(f"It sounds hard, {n}, day {i}." for i in range(n % 7)) for n in range(60)]
    together = model.by_text(texts)
    assert [len(logits) for logits in together] == [len(text) for text in texts]
    for text, logits in zip(texts, together, strict=True):
        assert (logits == model.logits(text, place_features([len(text)]))).all()
    assert model.by_text([]) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我很难过。你能听我说吗？", "en"),
        ("أنا هنا لأستمع إليك.", "en"),
        ("Lo siento mucho, debe ser muy duro para ti.", "en"),
        ("I am here for you.", "de"),
    ],
)
def test_an_unsupported_language_is_unscored_with_that_reason(tagger, text, language):
    tagging = tagger.tag([split(text, language), split("I hear you.")])
    assert tagging[0].unscored.startswith("language not supported")
    assert tagging[0].present.shape == (0, 10)
    assert tagging[1].unscored is None


@pytest.mark.parametrize(
    "text",
    ["", "\x00\ud800", "💛" * 500, "def f(x):\n    return x", "a" * 100_000, "No. " * 25_000],
    ids=["empty", "unprintable", "emoji", "code", "one long word", "many sentences"],
)
def test_strange_replies_are_tagged_in_bounded_time(tagger, text):
    assert tagger.tag([split(text)])[0].unscored is None
    assert seconds(lambda: tagger.tag([split(text)])) < 5.0


def test_nothing_to_tag(tagger):
    assert tagger.tag([]) == []


def test_embedded_is_the_most_valid_tagger_under_its_own_name(tagger):
    default = load_tagger("embedded")
    assert default.name == "embedded"
    assert tagger.name == "embedded-fast"
    assert default.sha != tagger.sha
    assert len(default.sha) == len(tagger.sha) == 64


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(MintError, match="did you mean embedded-fast"):
        load_tagger("embeded-fast")
    with pytest.raises(MintError, match="there are: embedded, embedded-fast"):
        load_tagger("xyzzy")


def test_damaged_weights_are_told_in_one_line(tmp_path):
    from mint_bench.tactics.ngram import NgramTagger

    whole = resource("scorers", "taggers", "embedded-fast", "weights.npz").read_bytes()
    (tmp_path / "weights.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MintError, match=r"weights\.npz: damaged weights"):
        NgramTagger("embedded-fast", tmp_path)
    (tmp_path / "weights.npz").unlink()
    with pytest.raises(MintError, match=r"weights\.npz: no such file"):
        NgramTagger("embedded-fast", tmp_path)


def test_weights_hold_plain_arrays_and_stay_small():
    for path in resource("scorers").glob("*/*/weights.npz"):
        assert path.stat().st_size < 6e6
        with np.load(path, allow_pickle=False) as archive:
            assert all(archive[name].dtype.kind != "O" for name in archive.files)

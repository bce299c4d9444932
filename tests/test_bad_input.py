"""No reply breaks a scorer: whatever it is, the result has its form, and time grows with length."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml

from mint_bench.conversation import Conversation, Message, Reply, Speaker, merge_messages
from mint_bench.judging import JUDGES, load_judge
from mint_bench.judging.guards import no_reply
from mint_bench.judging.judge import DIMENSIONS, Exchange
from mint_bench.language import not_english
from mint_bench.metrics.surface import conversation_surface, turn_surface
from mint_bench.scoring import Transcript, score, split_reply
from mint_bench.sentences import split_sentences, visible_text
from mint_bench.tactics import TAGGERS, load_tagger
from mint_bench.tactics.tagger import TACTICS, SplitReply
from tests.bad_replies import MANY_SENTENCES, NESTED, UNITS, UNSEEN, bad_reply
from tests.cli.typed import type_in
from tests.timing import grows_no_faster_than_length

LONG = 100_000
NAMES = (*UNITS, *NESTED)
FOREIGN = yaml.safe_load(
    Path(__file__).with_name("data").joinpath("foreign_texts.yaml").read_text(encoding="utf-8")
)
SEEKER = Message(Speaker.SEEKER, "My sister stopped writing to me.")
HISTORY = merge_messages([SEEKER])


def heavy(names, weight):
    """The names, those that a slow tagger takes seconds for marked."""
    return [pytest.param(n, marks=pytest.mark.slow) if n in weight else n for n in names]


@pytest.fixture(scope="module", params=TAGGERS)
def tagger(request):
    return load_tagger(request.param)


@pytest.fixture(scope="module", params=JUDGES)
def judge(request):
    return load_judge(request.param)


def well_formed_tagging(tagging):
    rows = 0 if tagging.unscored else len(tagging.sentences)
    assert tagging.present.shape == (rows, len(TACTICS))
    assert tagging.present.dtype == np.bool_
    assert all(sentence.strip() for sentence in tagging.sentences)


def well_formed_verdict(verdict):
    assert (verdict.ratings is None) == bool(verdict.unscored)
    if verdict.ratings is not None:
        assert len(verdict.ratings) == len(DIMENSIONS)
        assert all(1 <= rating <= 5 for rating in verdict.ratings)  # NaN is neither


@pytest.mark.parametrize("name", heavy(NAMES, MANY_SENTENCES))
def test_a_long_strange_reply_is_tagged_or_unscored(tagger, name):
    well_formed_tagging(tagger.tag([split_reply(bad_reply(name, LONG), "en")])[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_short_strange_reply_is_tagged_or_unscored(tagger, name):
    replies = [split_reply(bad_reply(name, size), "en") for size in (2, 3, 40)]
    for tagging in tagger.tag(replies):
        well_formed_tagging(tagging)


@pytest.mark.parametrize("name", NAMES)
def test_a_strange_reply_is_rated_within_the_scale_or_unscored(judge, name):
    for size in (2, 40, LONG):
        text = visible_text(bad_reply(name, size))
        seen = merge_messages([Message(Speaker.SEEKER, text)])
        for verdict in judge.rate([Exchange(HISTORY, text, "c"), Exchange(seen, text)]):
            well_formed_verdict(verdict)


def test_a_strange_reply_changes_nothing_for_its_neighbours(tagger, judge):
    plain = "That must hurt. When did you last hear from her?"
    texts = [t for name in NAMES for t in (bad_reply(name, 40), plain)]
    alone = tagger.tag([split_reply(plain, "en")])[0]
    for tagging in tagger.tag([split_reply(text, "en") for text in texts])[1::2]:
        assert (tagging.present == alone.present).all()
    rated = judge.rate([Exchange(HISTORY, visible_text(text)) for text in texts])[1::2]
    lone = judge.rate([Exchange(HISTORY, plain)])[0]
    assert all(np.allclose(verdict.ratings, lone.ratings, atol=1e-4) for verdict in rated)


@pytest.mark.parametrize("code", FOREIGN)
def test_every_language_is_unscored_with_that_reason_or_well_formed(tagger, judge, code):
    taggings = tagger.tag([split_reply(text, "en") for text in FOREIGN[code]])
    verdicts = judge.rate([Exchange(HISTORY, text) for text in FOREIGN[code]])
    for tagging, verdict in zip(taggings, verdicts, strict=True):
        well_formed_tagging(tagging)
        well_formed_verdict(verdict)
        if code != "mi":  # which the language check does not know
            assert tagging.unscored.startswith("language not supported")
            assert verdict.unscored.startswith("language not supported")


@pytest.mark.parametrize("name", NAMES)
def test_scoring_names_replies_in_which_nothing_is_seen(name):
    talk = merge_messages([SEEKER, Message(Speaker.SUPPORTER, "Oh."), SEEKER])
    conversation = Conversation("c", (*talk, *merge_messages([Message(Speaker.SUPPORTER, "Oh.")])))
    replies = (Reply(bad_reply(name, LONG)), Reply(bad_reply(name, 5_000)))
    [scored] = score(
        [Transcript(conversation, replies, "own")],
        load_tagger("embedded-fast"),
        load_judge("embedded"),
    )
    for turn in scored.turns:
        assert ("reply" in turn.unscored) == (name in UNSEEN)
        assert "NaN" not in turn.model_dump_json()
        assert all(0 <= figure <= 1 for figure in turn.surface.values())


def test_more_sentences_than_a_record_counts_are_unscored():
    talk = merge_messages([SEEKER, Message(Speaker.SUPPORTER, "Oh.")])
    transcript = Transcript(Conversation("c", talk), (Reply("Why? " * 100_001),), "own")
    [scored] = score([transcript], load_tagger("embedded-fast"), None)
    assert scored.turns[0].unscored == {"tactics": "more than 100,000 sentences"}
    assert scored.turns[0].tactics is None


@pytest.mark.parametrize("name", TAGGERS)
def test_the_command_tags_any_line_and_says_why_where_it_does_not(name):
    rows = [{"id": n, "text": bad_reply(n, 300)} for n in NAMES]
    rows += [{"id": f"given {n}", "sentences": [bad_reply(n, 300), ""]} for n in NAMES]
    done = type_in("tag", "-", "--tagger", name, stdin="".join(json.dumps(r) + "\n" for r in rows))
    assert done.code == 0, done.err
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [a["id"] for a in answers] == [r["id"] for r in rows]
    assert all(bool(a.get("unscored")) != ("sentences" in a) for a in answers)


@pytest.mark.parametrize("name", JUDGES)
def test_the_command_rates_any_line_and_says_why_where_it_does_not(name):
    talk = {"role": "user", "content": SEEKER.text}
    rows = [
        {"id": n, "messages": [talk, {"role": "assistant", "content": bad_reply(n, 300)}]}
        for n in NAMES
    ]
    done = type_in("rate", "-", "--judge", name, stdin="".join(json.dumps(r) + "\n" for r in rows))
    assert done.code == 0, done.err
    for answer in map(json.loads, done.out.splitlines()):
        assert bool(answer.get("unscored")) != ("ratings" in answer)
        assert answer["id"] not in UNSEEN or "unscored" in answer
        assert all(1 <= rating <= 5 for rating in answer.get("ratings", {}).values())


def test_marks_that_cannot_be_seen_are_no_part_of_a_reply():
    assert visible_text("I\u200b he\xadar \u202eyou\u202c.\U000e0067") == "I hear you."
    assert visible_text("\u200d\u200c \u2060") == ""
    assert visible_text("👩\u200d🌾") == "👩\u200d🌾"


STAGES = {
    "visible_text": visible_text,
    "split_sentences": split_sentences,
    "not_english": not_english,
    "no_reply": lambda text: no_reply(Exchange(HISTORY, text)),
    "turn_surface": lambda text: turn_surface(text, f"I hear you. {text}", text[::-1]),
    "conversation_surface": lambda text: conversation_surface([text, text]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("stage", STAGES)
def test_time_grows_with_the_length_of_the_text(stage, name):
    grows_no_faster_than_length(
        lambda text: lambda: STAGES[stage](text), partial(bad_reply, name), LONG
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_time_of_a_tagger_grows_with_the_length_of_the_reply(tagger, name):
    def tagging(text):
        reply: SplitReply = split_reply(text, "en")
        return lambda: tagger.tag([reply])

    grows_no_faster_than_length(tagging, partial(bad_reply, name), LONG)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_time_of_a_judge_grows_with_the_length_of_reply_and_history(judge, name):
    def rating(text):
        seen = merge_messages([Message(Speaker.SEEKER, text)])
        return lambda: judge.rate([Exchange(seen, visible_text(text))])

    grows_no_faster_than_length(rating, partial(bad_reply, name), LONG)

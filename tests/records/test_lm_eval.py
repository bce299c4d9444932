"""Samples of lm-eval become the record that the same replies give on any other path."""

import pytest

from mint_bench.conversation import Reply
from mint_bench.errors import MintError
from mint_bench.judging import load_judge
from mint_bench.records.lm_eval import NOT_ASKED, record_from_samples
from mint_bench.records.store import write as write_record
from mint_bench.records.verify import verify
from mint_bench.resources import sha256_text
from mint_bench.scoring import Transcript, score
from mint_bench.sources import load
from mint_bench.tactics import load_tagger
from tests.records.lm_eval_files import PROMPT, STAMP, document, sample, samples_of, write


@pytest.fixture(scope="module")
def talks():
    return load("starter").conversations[:2]


@pytest.fixture(scope="module")
def scorers():
    return load_tagger("embedded"), load_judge("embedded")


def answer(conversation, t):
    return f"That sounds hard, and it makes sense. What happened next, in part {t}?"


def test_the_figures_are_those_of_the_same_replies_scored_directly(tmp_path, talks, scorers):
    record = record_from_samples(write(tmp_path, samples_of(talks, answer)), *scorers)
    transcripts = [
        Transcript(
            talk,
            tuple(Reply(answer(talk, t)) for t in range(1, len(talk.scored_turns) + 1)),
            "gold",
        )
        for talk in talks
    ]
    assert record.conversations == score(transcripts, *scorers)


def test_the_record_holds_when_it_is_verified(tmp_path, talks, scorers):
    source = load("starter")
    samples = samples_of(talks, answer)
    for one in samples:
        one["doc"]["revision"] = source.revision
    record = record_from_samples(write(tmp_path, samples), *scorers)
    assert verify(write_record(record, tmp_path / "results")) == record


def test_model_and_settings_come_from_the_results_beside(tmp_path, talks):
    path = write(tmp_path, samples_of(talks, answer), instruction="Speak softly.")
    record = record_from_samples(path, None, None)
    assert (record.system, record.settings.model) == ("model", "some/model")
    assert record.settings.provider == "lm-eval/hf"
    assert record.settings.sampling == {"temperature": 0.0, "max_tokens": 64}
    assert record.settings.system_prompt_sha == sha256_text(f"Speak softly.\n\n{PROMPT}")
    assert record.provenance.versions["lm_eval"] == "0.4.13"
    assert record.provenance.started.year == 2026


def test_a_model_in_a_folder_is_named_without_its_path(tmp_path, talks):
    weights = tmp_path / "somewhere" / "my-model"
    weights.mkdir(parents=True)
    path = write(tmp_path, samples_of(talks, answer), model=str(weights))
    record = record_from_samples(path, None, None)
    assert record.settings.model == "my-model"
    assert str(tmp_path) not in record.model_dump_json()


def test_without_a_chat_template_the_record_says_so(tmp_path, talks):
    path = write(tmp_path, samples_of(talks, answer), template=None)
    [note, _] = record_from_samples(path, None, None).provenance.notes
    assert "plain text" in note


def test_turns_that_were_not_asked_are_unscored(tmp_path, talks):
    samples = samples_of(talks, answer)
    record = record_from_samples(write(tmp_path, [samples[0], *samples[2:-1]]), None, None)
    reasons = [(turn.t, turn.unscored.get("reply")) for turn in record.conversations[0].turns[:3]]
    assert reasons == [(1, None), (2, NOT_ASKED), (3, None)]
    last = record.conversations[1].turns
    assert last[-1].unscored == {"reply": NOT_ASKED}
    assert len(last) == len(talks[1].scored_turns)


def test_an_empty_answer_and_one_of_reasoning_alone_are_unscored(tmp_path, talks):
    replies = {1: "", 2: "<think>They are sad.</think>"}
    samples = samples_of(talks[:1], lambda c, t: replies.get(t, "I hear you."))
    turns = record_from_samples(write(tmp_path, samples), None, None).conversations[0].turns
    assert [turn.unscored.get("reply") for turn in turns[:3]] == [
        "the model returned nothing",
        "nothing visible in the reply",
        None,
    ]


def test_with_a_tokenizer_tokens_are_counted_and_cut_off_replies_flagged(tmp_path, talks):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    words = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    words.pre_tokenizer = WhitespaceSplit()
    words.save(str(tmp_path / "tokenizer.json"))
    replies = {1: "one two three", 2: "one two three four five"}
    samples = samples_of(talks[:1], lambda c, t: replies.get(t, "one"))
    for one in samples:
        one["arguments"]["gen_args_0"]["arg_1"]["max_gen_toks"] = 5
    record = record_from_samples(write(tmp_path, samples), None, None, tokenizer=tmp_path)
    first, second = record.conversations[0].turns[:2]
    assert (first.tokens, first.flags) == (3, [])
    assert (second.tokens, second.flags) == (5, ["cut_off"])
    count = len(record.conversations[0].turns)
    assert record.provenance.tokens == {"output": 3 + 5 + count - 2}


def test_reasoning_is_a_part_of_the_tokens_that_were_put_out(tmp_path, talks):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    words = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    words.pre_tokenizer = WhitespaceSplit()
    words.save(str(tmp_path / "tokenizer.json"))
    samples = samples_of(talks[:1], lambda c, t: "<think> now then </think> one")
    record = record_from_samples(write(tmp_path, samples), None, None, tokenizer=tmp_path)
    turns = record.conversations[0].turns
    assert {(turn.tokens, turn.reasoning_tokens) for turn in turns} == {(1, 4)}
    assert record.provenance.tokens == {"output": 5 * len(turns)}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: [{**s[0], "doc": {"question": "2 + 2?"}}], "another task"),
        (lambda s: [*s, s[0]], "second answer"),
        (lambda s: [*s, {**s[0], "doc": {**s[0]["doc"], "id": "other"}}], "second answer"),
        (lambda s: [s[0], {**s[1], "doc": {**s[1]["doc"], "revision": "x"}}], "different runs"),
        (lambda s: [{"messages": []}], "no sample of lm-eval"),
        (lambda s: [], "holds no sample"),
        (lambda s: [{**s[0], "resps": [["a", "b"]], "filtered_resps": []}], "repeats: 1"),
        (lambda s: [{**s[1], "doc": {**s[1]["doc"], "t": 7, "id": "x/7"}}], "does not hold"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path, talks, change, told):
    path = write(tmp_path, change(samples_of(talks[:1], answer)))
    with pytest.raises(MintError, match=told):
        record_from_samples(path, None, None)


def test_samples_alone_need_a_name(tmp_path, talks):
    path = write(tmp_path, [sample(document(talks[0], 1), "I hear you.")])
    (tmp_path / f"results_{STAMP}.json").unlink()
    with pytest.raises(MintError, match="--system"):
        record_from_samples(path, None, None)
    assert record_from_samples(path, None, None, system="mine").system == "mine"

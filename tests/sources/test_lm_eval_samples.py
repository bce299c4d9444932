"""Sample files of lm-eval: who was asked what, and what came back.

The shapes are those that lm-eval 0.4.13 writes with --log_samples.
"""

import json

import pytest

from mint_bench.errors import MintError
from mint_bench.sources.transcripts import read_transcripts

CHAT = [
    {"role": "user", "content": "The cat is gone."},
    {"role": "assistant", "content": "Since when?"},
    {"role": "user", "content": "Two nights."},
]
ASKED = [("seeker", "The cat is gone."), ("supporter", "Since when?"), ("seeker", "Two nights.")]
CHATML = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in CHAT)
LLAMA = "".join(
    f"<|start_header_id|>{m['role']}<|end_header_id|>\n\n{m['content']}<|eot_id|>" for m in CHAT
)


def sample(argument, doc=None, response="I am sorry.", number=0, **more):
    return {
        "doc_id": number,
        "doc": {"ref": "unused"} if doc is None else doc,
        "target": "unused",
        "arguments": {"gen_args_0": {"arg_0": argument, "arg_1": {"until": ["\n\n"]}}},
        "resps": [[response]],
        "filtered_resps": [response],
        "filter": "none",
        "metrics": ["exact_match"],
        "exact_match": 0.0,
    } | more


def read(tmp_path, *samples):
    path = tmp_path / "samples_toy_2026-01-01T00-00-00.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in samples))
    return read_transcripts(path)


def said(conversation):
    return [(turn.speaker.value, turn.text) for turn in conversation.turns]


@pytest.mark.parametrize(
    "argument",
    [
        [json.dumps(CHAT)],
        json.dumps([{"role": "system", "content": "Be kind."}, *CHAT]),
        f"<|im_start|>system\nBe kind.<|im_end|>\n{CHATML}<|im_start|>assistant\n",
        f"<|begin_of_text|>{LLAMA}<|start_header_id|>assistant<|end_header_id|>\n\n",
        CHAT,
    ],
    ids=["to a chat API", "JSON", "ChatML", "Llama 3", "list"],
)
def test_the_chat_that_was_sent_is_the_history(tmp_path, argument):
    (talk,) = read(tmp_path, sample(argument))
    assert said(talk) == [*ASKED, ("supporter", "I am sorry.")]
    assert talk.id == "0"


def test_a_documents_own_chat_comes_first_and_leaves_examples_out(tmp_path):
    shots = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}, CHAT[-1]]
    (talk,) = read(tmp_path, sample([json.dumps(shots)], {"id": "c1", "messages": CHAT}))
    assert (talk.id, said(talk)[:-1]) == ("c1", ASKED)


def test_a_document_in_sharegpt_form_too(tmp_path):
    doc = {"conversations": [{"from": "human", "value": "The cat is gone."}]}
    (talk,) = read(tmp_path, sample("prompt", doc))
    assert said(talk)[0] == ASKED[0]


def test_where_the_document_ends_with_its_reference_the_sent_chat_counts(tmp_path):
    doc = {"messages": [*CHAT, {"role": "assistant", "content": "the reference"}]}
    (talk,) = read(tmp_path, sample([json.dumps(CHAT)], doc))
    assert said(talk) == [*ASKED, ("supporter", "I am sorry.")]


def test_a_plain_prompt_is_the_seekers_one_message(tmp_path):
    (talk,) = read(tmp_path, sample("The cat is gone.\n"))
    assert said(talk) == [ASKED[0], ("supporter", "I am sorry.")]


def test_of_several_filters_the_first_counts(tmp_path):
    talks = read(
        tmp_path,
        sample("a", response="one", filter="strict"),
        sample("b", response="two", filter="strict", number=1),
        sample("a", response="one!", filter="flexible"),
        sample("b", response="two!", filter="flexible", number=1),
    )
    assert [said(talk)[-1][1] for talk in talks] == ["one", "two"]


def test_without_filter_the_raw_response_counts(tmp_path):
    one = sample("a")
    del one["filtered_resps"]
    assert said(read(tmp_path, one)[0])[-1] == ("supporter", "I am sorry.")


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (sample("a", response=""), "the response is empty"),
        (sample("a", filtered_resps=[["x", "y"]]), "2 responses to one document"),
        (sample("a", filtered_resps=[[-1.5, False]]), "only generate_until"),
        (sample("a", filtered_resps=[], resps=[]), "no response in text"),
        (sample(3), "'arguments' holds no prompt"),
        (sample(" "), "the prompt in arguments is empty"),
        (sample("<start_of_turn>user\nhello<end_of_turn>"), "cannot tell which messages"),
        (sample("hello", {"messages": CHAT[:2]}), "cannot tell which messages"),
        (sample("hello", {"messages": [{"role": "x", "content": "y"}]}), "unknown role 'x'"),
        (sample([json.dumps(CHAT[:2])]), "does not end with the user's message"),
    ],
)
def test_each_fault_names_file_and_line(tmp_path, one, message):
    with pytest.raises(MintError, match=message) as error:
        read(tmp_path, one)
    assert "samples_toy_2026-01-01T00-00-00.jsonl:1: " in str(error.value)


@pytest.mark.slow
def test_what_lm_eval_writes_today_is_read(tmp_path):
    """A real run of lm-eval over two documents with its dummy model."""
    import os
    import subprocess
    import sys

    pytest.importorskip("lm_eval")
    docs = [{"id": "a1", "messages": CHAT}, {"id": "a2", "messages": CHAT[:1]}]
    (tmp_path / "docs.jsonl").write_text("\n".join(json.dumps(doc) for doc in docs))
    (tmp_path / "toy.yaml").write_text(
        f"""
task: toy_support
dataset_path: json
dataset_kwargs: {{data_files: {{test: {tmp_path}/docs.jsonl}}}}
output_type: generate_until
test_split: test
doc_to_text: "{{{{messages[-1].content}}}}"
doc_to_target: "unused"
generation_kwargs: {{until: ["\\n\\n"]}}
metric_list: [{{metric: exact_match}}]
"""
    )
    subprocess.run(
        [
            sys.executable, "-m", "lm_eval", "run", "--model", "dummy", "--tasks", "toy_support",
            "--include_path", tmp_path, "--log_samples", "--output_path", tmp_path / "out",
        ],
        check=True,
        capture_output=True,
        env=os.environ
        | {"HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)},
    )  # fmt: skip
    (path,) = (tmp_path / "out").rglob("samples_*.jsonl")
    talks = read_transcripts(path)
    assert [talk.id for talk in talks] == ["a1", "a2"]
    assert said(talks[0]) == [*ASKED, ("supporter", "lol")]

"""`mint-bench tag` and `mint-bench rate` in a pipe."""

import json
import subprocess
import sys

import pytest

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.tactics.tagger import TACTICS
from tests.cli.typed import type_in

TALK = [
    {"role": "user", "content": "My sister stopped writing to me."},
    {"role": "assistant", "content": "That must hurt. When did you last hear from her?"},
]


def jsonl(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def lines(done):
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def test_a_reply_comes_out_as_tagged_sentences():
    [row] = lines(type_in("tag", "-", stdin=jsonl({"id": 7, "text": "I hear you. What now?"})))
    assert row["id"] == 7
    assert [s["text"] for s in row["sentences"]] == ["I hear you.", "What now?"]
    assert "questioning" in row["sentences"][1]["tactics"]
    assert all(set(s["tactics"]) <= set(TACTICS) for s in row["sentences"])


def test_sentences_that_are_already_split_stay_as_they_are():
    given = ["I hear you. What now", "? Tell me"]
    [row] = lines(type_in("tag", "-", stdin=jsonl({"id": "a", "sentences": given})))
    assert [s["text"] for s in row["sentences"]] == given


def test_more_than_a_chunk_comes_out_in_order_and_each_as_if_alone(tmp_path):
    path = tmp_path / "replies.jsonl"
    path.write_text(jsonl(*({"id": i, "text": f"Why {i}?"} for i in range(1030))) + "\n\n")
    rows = lines(type_in("tag", path))
    assert [row["id"] for row in rows] == list(range(1030))
    [alone] = lines(type_in("tag", "-", stdin=jsonl({"id": 700, "text": "Why 700?"})))
    assert rows[700] == alone


def test_a_reply_is_rated_on_six_dimensions_from_1_to_5():
    [row] = lines(type_in("rate", "-", stdin=jsonl({"id": "x", "messages": TALK})))
    assert list(row["ratings"]) == list(DIMENSIONS)
    assert all(1 <= rating <= 5 for rating in row["ratings"].values())


def test_an_empty_reply_is_unscored_with_a_reason_not_rated():
    silent = [TALK[0], {"role": "assistant", "content": "<think>Hm.</think>"}]
    [row] = lines(type_in("rate", "-", stdin=jsonl({"id": "x", "messages": silent})))
    assert "ratings" not in row
    assert row["unscored"]


def test_nothing_in_nothing_out():
    for verb in ("tag", "rate"):
        done = type_in(verb, "-", stdin="\n")
        assert (done.code, done.out) == (0, "")


def test_a_faulty_line_stops_no_other():
    done = type_in("tag", "-", stdin=jsonl({"id": 1, "text": "Why?"}) + "{broken\n"
                   + jsonl({"id": 3, "text": "How?"}))  # fmt: skip
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == [1, 3]
    assert done.code == 2


def test_what_cannot_be_written_as_utf8_is_escaped():
    [row] = lines(type_in("tag", "-", stdin='{"id": "\\ud800", "text": "Why?"}\n'))
    assert row["id"] == "\ud800"


def test_an_emoji_is_no_sentence_even_where_it_is_given_as_one():
    [row] = lines(type_in("tag", "-", stdin=jsonl({"id": 1, "sentences": ["Why?", "💛"]})))
    assert row["sentences"][1] == {"text": "💛", "tactics": []}


@pytest.mark.parametrize(
    ("verb", "text", "named"),
    [
        ("tag", jsonl({"text": "Hi."}) + "{broken\n", "standard input:2: not JSON"),
        ("tag", "[1]\n", "standard input:1: expected a JSON object"),
        ("tag", jsonl({"id": 1}), "standard input:1: text: expected a string"),
        ("tag", jsonl({"sentences": "Hi."}), "standard input:1: sentences: expected a list"),
        ("rate", jsonl({"id": 1}), "standard input:1: messages: expected a list"),
        ("rate", jsonl({"messages": TALK[:1]}), "the last message must be the supporter's"),
        ("rate", jsonl({"messages": [{"role": "judge", "content": "x"}]}),
         "messages.0.role: 'judge' is neither user nor assistant"),
        ("rate", jsonl({"messages": ["x"]}), "messages.0: expected role and content"),
    ],
)  # fmt: skip
def test_a_faulty_line_is_named_in_one_line(verb, text, named):
    done = type_in(verb, "-", stdin=text)
    assert done.code == 2
    assert named in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["tag", "-", "--tagger", "embeded"], ["rate", "-", "--judge", "embeded"]]
)
def test_an_unknown_scorer_is_told_with_the_nearest_name(words):
    done = type_in(*words, stdin=jsonl({"id": 1, "text": "x"}))
    assert done.code == 2
    assert "did you mean embedded?" in done.err


def test_a_file_that_is_not_there_is_told(tmp_path):
    done = type_in("tag", tmp_path / "nowhere.jsonl")
    assert (done.code, "no such file" in done.err) == (2, True)


def test_in_a_real_pipe_a_closed_end_is_no_traceback(tmp_path):
    path = tmp_path / "replies.jsonl"
    path.write_text(jsonl(*({"id": i, "text": "Why so? " * 20} for i in range(3000))))
    command = f"{sys.executable} -c 'from mint_bench.cli import main; main()' tag {path} | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["id"] == 0
    assert done.stderr == ""

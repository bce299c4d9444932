"""What is kept of a provider's error: its kind and first line, never what was asked."""

import pytest
from inspect_ai.model import ChatMessageUser

from mint_bench.inspect_plugin.failures import told_failure, told_words
from mint_bench.inspect_plugin.generation import to_reply
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.tasks import multi_turn
from mint_bench.records.store import dump
from mint_bench.secrecy import HIDDEN
from tests.inspect_plugin.runs import RULES, Recorder, output, run

SAID = "I lost my dog on Monday and the flat feels so very empty now."


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("ConnectionError('no route\\nto host')", "ConnectionError: no route"),
        ("TimeoutError()", "TimeoutError"),
        ("", "failed without a word"),
        (
            "RetryError(<Future at 0x7f state=finished raised APITimeoutError>)",
            "APITimeoutError",
        ),
        (
            f"BadRequestError(\"Error code: 400 - {{'error': {{'message': '{SAID}'}}}}\")",
            "BadRequestError: Error code: 400",
        ),
        (f"APIStatusError(\"{{'status': 429, 'said': '{SAID}'}}\")", "APIStatusError: status 429"),
        (f"ValueError('prompt is too long: {SAID}')", "ValueError"),
        (f"ValueError('prompt \"{SAID}\" is too long')", "ValueError: prompt … is too long"),
        ("ValueError('LOST  my Dog on monday: refused')", "ValueError"),
        ("ValueError('refused Bearer abc.def-123 here')", f"ValueError: refused {HIDDEN} here"),
        ("ValueError('key sk-abcdefgh12345 is wrong')", f"ValueError: key {HIDDEN} is wrong"),
        ("ValueError('a\\x1b[2Jb')", "ValueError: a\\x1b"),
        ("ValueError('昨天我的狗死了所以')", "ValueError"),
    ],
)
def test_an_error_is_told_by_kind_and_first_line_without_what_was_said(message, told):
    assert told_failure(message, [SAID, "昨天我的狗死了,我很难过"]) == told


def test_an_error_of_any_length_is_told_in_one_short_line():
    told = told_failure("ValueError('" + "so much to say " * 500 + "')", [])
    assert len(told) < 200
    assert "\n" not in told


def test_a_reason_for_an_empty_reply_repeats_nothing_of_the_request():
    refused = output("")
    refused.error = f"blocked because of: {SAID}"
    assert to_reply(refused, asked=[ChatMessageUser(content=SAID)]).failure == (
        "the model returned an error"
    )
    assert told_words("blocked by a filter", [SAID]) == "blocked by a filter"


def test_no_word_of_a_conversation_enters_a_record_by_an_error(talks, tmp_path):
    def repeating(number, messages):
        if any("dog" in message.text for message in messages):
            said = messages[-1].text
            raise ValueError(f"cannot process: {said}\nsk-planted-0123456789abcdef")
        return "I see."

    task = multi_turn(source=talks, **RULES)
    log = run(task, Recorder(repeating).model(), tmp_path, fail_on_error=False)
    record = record_from_log(log)
    [dog] = [sample for sample in log.samples if sample.id == "dog"]
    assert "cannot process: " in dog.error.message
    [note] = record.provenance.notes
    assert note == "failed: dog, epoch 1: ValueError"
    whole = dump(record)
    assert "planted" not in whole
    assert "cannot process" not in whole

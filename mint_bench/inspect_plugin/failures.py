"""Why something failed, in one line that a record may carry.

What a provider says in anger may repeat what it was asked, and the key it was asked with. A record
holds no word of a conversation: what is kept of an error is its kind, its status, and its first
line without quotations, unless that line still repeats something that was said.
"""

import json
import re
from collections.abc import Iterable, Iterator

from inspect_ai.log import EvalSample
from inspect_ai.model import ChatMessage

from mint_bench.marks import plain
from mint_bench.secrecy import HIDDEN, without_secrets

LONGEST = 160
RUN, NARROW_RUN = 16, 6
"""Characters in a row that are taken for a repetition: of letters, and of signs that are words."""
SHORTEST = 6
"""Characters of a sentence that is known again."""
_KIND = re.compile(r"([A-Za-z_]\w*)\((.*)\)", re.DOTALL)
_WITHIN = re.compile(r"raised (\w+)")
_STATUS = re.compile(r"(?:error code|status(?:[ _]code)?)\W{0,3}([1-5]\d\d)\b", re.IGNORECASE)
_LINE = re.compile(r"\\r|\\n|[\r\n]")
_OBJECT = re.compile(r"[{\[<]")
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|`[^`]*`|\"[^\"]*\"|(?<!\w)'.*?'(?!\w)")
_TOKEN = re.compile(
    r"\bbearer\s+\S+|\b(?:sk|pk|hf|gsk|xai|key)[-_][\w-]{8,}|[\w-]{24,}", re.IGNORECASE
)
_SPACE = re.compile(r"\s+")
_END = re.compile('[.!?"\u3002\uff01\uff1f]+')


def told_failure(message: str, spoken: Iterable[str]) -> str:
    r"""An error in one line, without what was asked.

    Args:
        message: What Inspect keeps of an error: its own words, or kind and arguments.
        spoken: All that the request and the conversation hold.

    >>> told_failure(r"ConnectionError('no route\nto host')", [])
    'ConnectionError: no route'
    >>> told_failure("BadRequestError('Error code: 400 - {...}')", [])
    'BadRequestError: Error code: 400'
    >>> told_failure("ValueError('too long: My dog died on Monday.')", ["My dog died on Monday."])
    'ValueError'
    """
    found = _KIND.match(message.strip())
    kind, body = (found[1], found[2]) if found else ("", message)
    if within := _WITHIN.search(body):  # what ended a provider's own retries
        kind, body = within[1], ""
    status = _STATUS.search(body)
    words = told_words(body.strip().strip("'\""), spoken)
    if not words and status:
        words = f"status {status[1]}"
    return ": ".join(filter(None, (kind, words))) or "failed without a word"


def last_error(error: BaseException) -> BaseException:
    """What a model's call failed with in the end: Inspect wraps it where its own retries ended."""
    attempt = getattr(error, "last_attempt", None)
    return (attempt.exception() if attempt is not None else None) or error


def told_words(text: str, spoken: Iterable[str]) -> str:
    """The first line of what a provider says, without quotations; empty if it repeats a request."""
    line = (_LINE.split(text.strip()) or [""])[0]
    line = _OBJECT.split(line)[0]
    line = _TOKEN.sub(HIDDEN, without_secrets(_QUOTED.sub("…", line)))
    line = plain(_SPACE.sub(" ", line)).strip(" -–:;,('\"")[:LONGEST]
    return "" if _repeats(line, spoken) else line


def spoken_in(sample: EvalSample) -> list[str]:
    """All texts of a sample: its conversation, what models were asked, what they answered."""
    texts = [json.dumps(sample.metadata, ensure_ascii=False, default=str)]
    texts += [sample.input] if isinstance(sample.input, str) else texts_of(sample.input)
    texts += texts_of(sample.messages)
    texts += [*sample.attachments.values(), sample.output.completion if sample.output else ""]
    for event in sample.events:
        if event.event == "model":
            texts += texts_of(event.input)
    return texts


def texts_of(messages: Iterable[ChatMessage]) -> list[str]:
    """What messages say."""
    return [message.text for message in messages]


def _repeats(line: str, spoken: Iterable[str]) -> bool:
    """Whether the line holds a run or a whole sentence of what was said, however written."""
    wanted = _even(line)
    runs = set(_runs(wanted))
    return bool(wanted) and any(
        any(run in text for run in runs) or any(sentence in wanted for sentence in _sentences(text))
        for text in map(_even, spoken)
    )


def _sentences(text: str) -> Iterator[str]:
    parts = (part.strip() for part in _END.split(text))
    return (part for part in parts if len(part) >= SHORTEST)


def _even(text: str) -> str:
    return _SPACE.sub(" ", text).casefold()


def _runs(line: str) -> Iterator[str]:
    for start in range(len(line) - RUN + 1):
        yield line[start : start + RUN]
    for start in range(len(line) - NARROW_RUN + 1):
        run = line[start : start + NARROW_RUN]
        if not re.search(r"[\x00-\x7f]", run):
            yield run

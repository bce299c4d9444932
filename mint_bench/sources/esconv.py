"""Reads ESConv: the 1,300 accepted conversations, from one joined file, and the 196 failed ones.

Strategies, feedback, intensities, emotion, problem and situation survive as metadata. The pin of
the 1,300 is a hash over what they say, since the two ways to get them share no file.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mint_bench.conversation import Conversation, Message, Speaker, merge_messages
from mint_bench.errors import MintError
from mint_bench.files import read_json, read_json_lines
from mint_bench.resources import sha256_text

CONTENT = {
    "train": "a42e8e802439bb5c2e094d948ed1dae6e9bf13b4dcd29dbca85330548e6c5df5",
    "valid": "c725cd1d943950532a77361b0506a9ed66d28c10f706802b2d4fdb6c44bc6625",
    "test": "d7545193126bb2b7462aba91da84bb8b62db21b4b5c35e23901db1174aafaf59",
}
"""For each split, the hash that `content_hash` must yield: the data set's pin."""

_SPEAKERS = {"usr": Speaker.SEEKER, "sys": Speaker.SUPPORTER}
# In the failed ones "speaker" is who tells the trouble: the seeker's feedback hangs on the
# speaker's messages, the strategies on the listener's, and the situation is told in the speaker's
# words.
_FAILED_SPEAKERS = {"speaker": Speaker.SEEKER, "listener": Speaker.SUPPORTER}
_SCORES = ("init_intensity", "final_intensity", "relevance", "empathy")
_SURVEY = {
    "initial_emotion_intensity": "init_intensity",
    "final_emotion_intensity": "final_intensity",
    "relevance": "relevance",
    "empathy": "empathy",
}


def read_esconv(path: Path, split: str | None = None) -> tuple[Conversation, ...]:
    """The conversations of one split, or all of them in the order train, valid, test.

    Raises:
        MintError: If a line is malformed, or the conversations are not the pinned ones.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {name: [] for name in CONTENT}
    for number, row in read_json_lines(path):
        try:
            rows[row["split"]].append(row)
        except (KeyError, TypeError):
            raise MintError(
                f"{path}:{number}: field 'split' is none of {', '.join(CONTENT)}"
            ) from None
    wanted = tuple(CONTENT) if split is None else (split,)
    for name in wanted:
        check_content(name, rows[name], str(path), "remove the file to have it fetched anew")
    return tuple(_conversation(row) for name in wanted for row in rows[name])


def content_hash(rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over situation, speakers, texts and strategies; runs of white space count as one.

    Raises:
        KeyError: If a row lacks one of the fields.
    """

    def parts() -> Iterable[str]:
        for row in rows:
            said = [
                [message["speaker"], _plain(message["text"]), message.get("strategy") or ""]
                for message in row["dialog"]
            ]
            yield json.dumps([_plain(row["situation"]), said], ensure_ascii=False)

    return sha256_text(*parts())


def check_content(split: str, rows: Sequence[Mapping[str, Any]], where: str, remedy: str) -> None:
    """Check that rows are the pinned split.

    Raises:
        MintError: If they are not, or lack a field.
    """
    try:
        found = content_hash(rows)
    except (KeyError, TypeError, AttributeError) as error:
        raise MintError(
            f"{where}: split {split} is not in ESConv's form ({type(error).__name__}: {error})"
        ) from None
    if found != CONTENT[split]:
        raise MintError(
            f"{where}: the {len(rows)} conversations of split {split} are not the pinned ones: "
            f"expected content hash {CONTENT[split][:12]}, found {found[:12]}; {remedy}"
        )


def joined_row(split: str, index: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the hub's data set in the form of the joined file.

    Scores that the hub keeps in `survey_score` (as text) become numbers of their own.
    """
    survey = (row.get("survey_score") or {}).get("seeker") or {}
    scores = {ours: _score(survey.get(theirs)) for theirs, ours in _SURVEY.items()}
    scores |= {name: row[name] for name in _SCORES if row.get(name) is not None}
    return {
        "id": f"esconv-{split}-{index:04d}",
        "split": split,
        "emotion_type": row.get("emotion_type"),
        "problem_type": row.get("problem_type"),
        "situation": row["situation"],
        **scores,
        "dialog": [dict(message) for message in row["dialog"]],
    }


def read_esconv_failed(path: Path) -> tuple[Conversation, ...]:
    """The conversations that quality control turned away, in the order of the file.

    Raises:
        MintError: If a field is missing.
    """
    try:
        return tuple(_failed(index, item) for index, item in enumerate(read_json(path)))
    except (KeyError, TypeError, AttributeError) as error:
        raise MintError(
            f"{path}: not ESConv's file of failed conversations ({type(error).__name__}: {error})"
        ) from None


def _conversation(row: Mapping[str, Any]) -> Conversation:
    messages = [
        Message(
            _SPEAKERS[message["speaker"]],
            message["text"].strip(),
            _known({
                "strategy": message.get("strategy"),
                "rating": _score(message.get("rating")),
            }),
        )
        for message in row["dialog"]
    ]
    about = {name: row.get(name) for name in ("split", "emotion_type", "problem_type", "situation")}
    scores = {name: _score(row.get(name)) for name in _SCORES}
    return Conversation(row["id"], merge_messages(messages), metadata=_known(about | scores))


def _failed(index: int, item: Mapping[str, Any]) -> Conversation:
    messages = [
        Message(
            _FAILED_SPEAKERS[message["speaker"]],
            message["content"].strip(),
            _known({
                "strategy": message["annotation"].get("strategy"),
                "rating": _score(message["annotation"].get("feedback")),
            }),
        )
        for message in item["dialog"]
    ]
    names = ("experience_type", "emotion_type", "problem_type", "situation")
    about = {name: item[name] for name in names}
    survey = item["survey_score"]
    scores = {ours: _score(survey["seeker"].get(theirs)) for theirs, ours in _SURVEY.items()}
    scores["supporter_relevance"] = _score(survey["supporter"].get("relevance"))
    return Conversation(
        f"esconv-failed-{index:04d}", merge_messages(messages), metadata=_known(about | scores)
    )


def _score(value: object) -> int | None:
    """A score of 1 to 5, however it is written; None for one that was not given (-1 included)."""
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if number > 0 else None


def _known(metadata: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if value is not None}


def _plain(text: str) -> str:
    return " ".join(text.split())

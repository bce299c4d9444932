"""The labels that the embedded scorers learn from and are measured against, as typed rows.

Reads the paper's public release (MIT) as it lies in the folder named by MINT_BENCH_DATA. Texts
stay in memory: nothing here writes them anywhere.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mint_bench.conversation import Message, Speaker, Turn, merge_messages
from mint_bench.errors import MintError
from mint_bench.files import read_json, read_json_lines, read_text
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.sentences import has_words, split_pieces, split_sentences, visible_text
from mint_bench.tactics.published import parts_of
from mint_bench.tactics.tagger import TACTICS

HUMAN = "gold"
JUDGE_FILE = "gpt-oss-120b_ratings.csv"
TAGGED_FILE = "conversations_tagged.json"

Bools = npt.NDArray[np.bool_]

# Quotes and dashes of the annotated replies went through a wrong code page: UTF-8 bytes that
# were read as Mac Roman.
_GARBLED = re.compile("‚[ÄÅ].")  # noqa: RUF001
_ANSWER = re.compile(r"<score>([01])</score>")


@dataclass(frozen=True, slots=True)
class LabelledReply:
    """A published reply with its tags and ratings.

    Attributes:
        system: Name of the system's folder; `gold` for the human supporters.
        conversation: The conversation's id.
        history: The real conversation up to the reply, ending with the seeker's turn.
        text: The visible reply.
        sentences: Its sentences as this package splits them.
        present: Published tactics of each sentence, shape (sentences, 10); None where the
            published sentences are not ours.
        published: The published tactics of the whole reply, emoji sentences included.
        ratings: The published judge's six ratings; NaN where it gave none.
    """

    system: str
    conversation: str
    history: tuple[Turn, ...]
    text: str
    sentences: tuple[str, ...]
    present: Bools | None
    published: Bools
    ratings: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence that people labelled.

    Attributes:
        response: Number of the reply that it comes from.
        text: The sentence.
        place: Its position among the reply's sentences, and their number.
        present: The ten labels.
        context: The whole visible reply.
        within: The reply's sentences, this one at its position; this one alone where the reply
            splits into others.
    """

    response: int
    text: str
    place: tuple[int, int]
    present: Bools
    context: str
    within: tuple[str, ...]


def read_replies(data: Path) -> list[LabelledReply]:
    """All published replies, by system (in the order of names) and as published within one.

    Raises:
        MintError: If a file is missing, damaged, or names an unknown tactic.
    """
    folder = data / "mint_empathy" / "evaluation"
    paths = sorted(folder.glob(f"outputs/*/{TAGGED_FILE}"))
    if not paths:
        raise MintError(
            f"{folder}: no outputs/<system>/{TAGGED_FILE} in it; "
            "set MINT_BENCH_DATA or --data to the folder that holds mint_empathy/"
        )
    return [reply for path in paths for reply in _system_replies(folder, path)]


def _system_replies(folder: Path, path: Path) -> list[LabelledReply]:
    system = path.parent.name
    ratings = _read_ratings(folder / "eval_outputs" / system / JUDGE_FILE)
    return read_tagged(path, system, ratings)


def read_systems(path: Path) -> list[LabelledReply]:
    """Tagged replies of one system or of several, without ratings.

    Args:
        path: A `conversations_tagged.json` (its folder names the system), or a folder that holds
            one, or one for each of several systems in folders of their own.

    Raises:
        MintError: If there is no such file, or one is damaged.
    """
    if path.is_file():
        return read_tagged(path, path.resolve().parent.name)
    found = sorted(path.glob(TAGGED_FILE)) or sorted(path.glob(f"*/{TAGGED_FILE}"))
    if not found:
        raise MintError(f"{path}: neither {TAGGED_FILE} nor <system>/{TAGGED_FILE} in it")
    return [reply for one in found for reply in read_tagged(one, one.resolve().parent.name)]


def read_tagged(
    path: Path, system: str, ratings: Mapping[tuple[str, int], list[float]] | None = None
) -> list[LabelledReply]:
    """The replies of one `conversations_tagged.json`.

    Args:
        path: The file.
        system: Whose replies they are.
        ratings: Six ratings by conversation and number of messages before the reply; a reply
            without any has NaN.

    Raises:
        MintError: If the file is missing, damaged, or names an unknown tactic.
    """
    replies = []
    rows = read_json(path)
    if not isinstance(rows, list):
        raise MintError(f"{path}: expected a list of tagged replies")
    for number, row in enumerate(rows):
        try:
            replies.append(_labelled_reply(system, row, ratings or {}))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MintError(f"{path}, entry {number}: no tagged reply ({error!r})") from None
    return replies


def _labelled_reply(
    system: str, row: dict[str, Any], ratings: Mapping[tuple[str, int], list[float]]
) -> LabelledReply:
    text = visible_text(row["model_response"])
    history = merge_messages(
        Message(
            Speaker.SEEKER if message["role"] == "user" else Speaker.SUPPORTER, message["content"]
        )
        for message in row["conversation_history"]
    )
    tags = row["sentence_tactics"]
    key = (str(row["conversation_id"]), len(row["conversation_history"]))
    return LabelledReply(
        system=system,
        conversation=key[0],
        history=history,
        text=text,
        sentences=split_sentences(text),
        present=align_tags(text, tags),
        published=np.asarray(tag_matrix(tags).any(axis=0)),
        ratings=np.array(ratings.get(key, [np.nan] * len(DIMENSIONS))),
    )


def tag_matrix(tags: Sequence[Sequence[str]]) -> Bools:
    """Lists of tactic names as booleans, shape (lists, 10).

    Raises:
        ValueError: If a name is no tactic.
    """
    matrix = np.zeros((len(tags), len(TACTICS)), dtype=np.bool_)
    for row, names in enumerate(tags):
        for name in names:
            matrix[row, TACTICS.index(name)] = True
    return matrix


def align_tags(text: str, tags: Sequence[Sequence[str]]) -> Bools | None:
    """The published tags of our sentences, or None where the counts differ.

    The published pieces count emoji as sentences, and a closing asterisk at a reply's end too;
    both are left out here.

    >>> align_tags("I hear you. 💛", [["validation"], ["emotional_expression"]]).sum()
    np.int64(1)
    """
    pieces = split_pieces(text)
    extra = 1 if re.search(r"[.!?][)\"']*\*+\Z", text) else 0
    if len(pieces) + extra != len(tags):
        return None
    kept = [names for piece, names in zip(pieces, tags, strict=False) if has_words(piece)]
    return tag_matrix(kept)


def _read_ratings(path: Path) -> dict[tuple[str, int], list[float]]:
    """Ratings by conversation and number of messages before the reply; NaN where empty."""
    rows = csv.DictReader(read_text(path).splitlines())
    try:
        return {
            (row["conversation_id"], int(row["turn_index"])): [
                float(row[name]) if row[name] else np.nan for name in DIMENSIONS
            ]
            for row in rows
        }
    except (KeyError, TypeError, ValueError) as error:
        raise MintError(f"{path}:{rows.line_num}: no row of ratings ({error!r})") from None


def read_sentences(data: Path) -> list[LabelledSentence]:
    """The sentences that people labelled with all ten tactics.

    Raises:
        MintError: If a file is missing or damaged, or the ten files differ in their sentences.
    """
    folder = data / "mint_empathy" / "data" / "tagger_annotations" / "val"
    return read_annotations({tactic: folder / f"{tactic}.jsonl" for tactic in TACTICS})


def read_annotations(files: Mapping[str, Path]) -> list[LabelledSentence]:
    """The sentences of ten files in chat form, one a tactic, that label the same sentences.

    Args:
        files: The file of each tactic.

    Raises:
        MintError: If a file is missing or damaged, or the ten files differ in their sentences.
    """
    labels: dict[tuple[str, str], dict[str, bool]] = {}
    for tactic in TACTICS:
        path = files[tactic]
        for number, row in read_json_lines(path):
            context, sentence, answer = _annotation(row, f"{path}:{number}")
            labels.setdefault((context, sentence), {})[tactic] = answer
    if not labels:
        raise MintError(f"{files[TACTICS[0]].parent}: no labelled sentence in its files")
    responses = {
        context: number for number, context in enumerate(dict.fromkeys(c for c, _ in labels))
    }
    result = []
    for (context, sentence), present in labels.items():
        if len(present) != len(TACTICS):
            folder = files[TACTICS[0]].parent
            raise MintError(f"{folder}: its files do not label the same sentences")
        visible = visible_text(context)
        whole = tuple(_repaired(piece) for piece in split_sentences(visible))
        text = _repaired(sentence)
        index = whole.index(text) if text in whole else 0
        result.append(
            LabelledSentence(
                response=responses[context],
                text=text,
                place=(index, max(1, len(whole))),
                present=np.array([present[name] for name in TACTICS], dtype=np.bool_),
                context=_repaired(visible),
                within=whole if text in whole else (text,),
            )
        )
    return result


def _annotation(row: Any, where: str) -> tuple[str, str, bool]:  # noqa: ANN401 - decoded JSON
    """Reply, sentence and label of one chat-formatted annotation."""
    try:
        question = parts_of(row["messages"][1]["content"])
        answer = _ANSWER.search(row["messages"][2]["content"])
        if answer is None:
            raise MintError(f"{where}: no <score>0</score> or <score>1</score> in the answer")
        return question.reply, question.sentence, answer[1] == "1"
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise MintError(f"{where}: not an annotation in chat form ({error!r})") from None


def _repaired(text: str) -> str:
    """The text with its quotes and dashes put right."""

    def decode(found: re.Match[str]) -> str:
        try:
            return found[0].encode("mac_roman").decode("utf-8")
        except UnicodeError:
            return found[0]

    return _GARBLED.sub(decode, text)

"""Import of the paper's public release: its outputs, tags and ratings become records.

Reads a folder with `outputs/<system>/conversations_tagged.json` and
`eval_outputs/<system>/<judge>_ratings.csv` (Zhan et al. 2026, arXiv 2604.11742). Tagger and judge
are named as theirs; nothing is tagged or rated anew, and no text is kept.
"""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mint_bench import __version__
from mint_bench.errors import MintError
from mint_bench.files import fits_the_model, read_json, read_text
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.metrics.surface import conversation_surface, turn_surface, words
from mint_bench.records import store
from mint_bench.records.arrays import PARTIAL_AGGREGATE
from mint_bench.records.schema import (
    Board,
    JudgeRef,
    Provenance,
    Record,
    Settings,
    SourceRef,
    TaggerRef,
    slug,
)
from mint_bench.resources import data_root, ids_sha, sha256_text
from mint_bench.scoring import ScoredConversation, ScoredTurn
from mint_bench.sentences import visible_text
from mint_bench.sources import SOURCES
from mint_bench.tactics.tagger import TACTICS

SOURCE = "lend_an_ear"
HUMAN = "gold"
TAGGER = "empathy-tactic-taggers-llama3.1-8b"
SPOKEN = "model_response"
SPLICE = "The judge saw the system's replies between seeker's lines meant for the human's."
RATINGS_SUFFIX = "_ratings.csv"
Key = tuple[str, int]  # conversation id, position of the reply in the conversation
Rows = Mapping[Key, Mapping[str, Any]]


def systems(folder: Path) -> list[str]:
    """Names of the systems in a folder of the release's layout.

    Raises:
        MintError: If the folder holds no `outputs/<system>/conversations_tagged.json`.
    """
    names = sorted(p.parent.name for p in folder.glob("outputs/*/conversations_tagged.json"))
    if not names:
        raise MintError(
            f"{folder}: no outputs/<system>/conversations_tagged.json in it; "
            "give the release's `evaluation` folder"
        )
    return names


def import_system(folder: Path, system: str, human: Mapping[Key, list[int]]) -> Record:
    """One system of the release as a record.

    Args:
        folder: Holds `outputs/` and `eval_outputs/`.
        system: Name of its folder in both.
        human: Sentence counts per tactic of the human's turns, as `human_counts` gives them.

    Raises:
        MintError: If a file is missing, damaged, or holds an unknown tactic or rating.
    """
    with fits_the_model(str(folder / "outputs" / system)):
        return _imported(folder, system, human)


def _imported(folder: Path, system: str, human: Mapping[Key, list[int]]) -> Record:
    path = folder / "outputs" / system / "conversations_tagged.json"
    rows = tagged_rows(path)
    judge, ratings = _ratings(folder / "eval_outputs" / system)
    stray = sum(key not in rows for key in ratings)
    if stray == len(ratings):
        raise MintError(
            f"{folder / 'eval_outputs' / system}: no rating of any reply in outputs/{system}"
        )
    conversations: dict[str, list[Key]] = {}
    for key in rows:
        conversations.setdefault(key[0], []).append(key)
    scored = [
        ScoredConversation(
            id=name,
            turns=[_turn(rows, ratings, human, key, path) for key in sorted(keys)],
            surface=conversation_surface([visible_text(rows[k][SPOKEN]) for k in sorted(keys)]),
        )
        for name, keys in conversations.items()
    ]
    first = next(iter(rows.values()))
    prompt = str(first.get("system_prompt") or "")
    return Record(
        system=slug(system) or "system",
        title="Human supporters" if system == HUMAN else system.replace("_", " "),
        kind="human" if system == HUMAN else "published",
        board=Board(
            source=SourceRef(
                name=SOURCE, revision=SOURCES[SOURCE].revision, ids_sha=ids_sha(conversations)
            ),
            history="gold",
            judge_view="spliced",
            tagger=TaggerRef(name=TAGGER),
            judges=[JudgeRef(name=judge)],
        ),
        settings=Settings(
            model=str(first.get("model") or system),
            provider="published outputs",
            system_prompt_sha=sha256_text(prompt) if prompt else None,
        ),
        provenance=Provenance(
            version=__version__,
            command="mint-bench import mint-empathy",
            notes=[
                "Replies, tags and ratings as published by Zhan et al. 2026 (arXiv 2604.11742).",
                SPLICE,
                *([f"{stray} ratings of replies that are not there: left out."] if stray else []),
            ],
        ),
        conversations=scored,
    )


def human_counts(folder: Path) -> dict[Key, list[int]]:
    """Sentence counts per tactic of the human's turns.

    From the release's own `outputs/gold`; where a folder lacks it, from the human record that
    ships with this package.
    """
    path = folder / "outputs" / HUMAN / "conversations_tagged.json"
    if path.is_file():
        return {key: _counts(row, f"{path}: {key}") for key, row in tagged_rows(path).items()}
    shipped = sorted(data_root().glob(f"results/{HUMAN}/*.json"))
    if not shipped:
        raise MintError(f"{path}: missing, and so is the human record that could stand in for it")
    record = store.read(shipped[0])
    return {
        (conversation.id, 2 * turn.t - 1): turn.tactics
        for conversation in record.conversations
        for turn in conversation.turns
        if turn.tactics is not None
    }


def tagged_rows(path: Path) -> dict[Key, Mapping[str, Any]]:
    """The tagged replies of one system by place.

    Raises:
        MintError: If the file is missing or not of the release's form.
    """
    rows: dict[Key, Mapping[str, Any]] = {}
    value = read_json(path)
    if not isinstance(value, list) or not value:
        raise MintError(f"{path}: expected a list of tagged replies")
    for number, row in enumerate(value):
        where = f"{path}: entry {number}"
        try:
            key = (str(row["conversation_id"]), len(row["conversation_history"]))
            complete = isinstance(row[SPOKEN], str) and all(
                isinstance(sentence, list) for sentence in row["sentence_tactics"]
            )
            spoken = all(isinstance(m["content"], str) for m in row["conversation_history"])
        except KeyError as error:
            raise MintError(f"{where}: lacks {error}") from None
        except TypeError:
            raise MintError(f"{where}: not a tagged reply of the release's form") from None
        if not complete:
            raise MintError(f"{where}: {SPOKEN} must be text, sentence_tactics a list of lists")
        if not spoken or key[1] % 2 == 0:
            raise MintError(
                f"{where}: conversation_history must be messages that end with the seeker's"
            )
        if key in rows:
            raise MintError(f"{where}: a second reply at the same place of conversation {key[0]}")
        rows[key] = row
    return rows


def _counts(row: Mapping[str, Any], where: str) -> list[int]:
    counts = dict.fromkeys(TACTICS, 0)
    for sentence in row["sentence_tactics"]:
        unknown = [name for name in sentence if name not in TACTICS]
        if unknown:
            raise MintError(f"{where}: sentence_tactics: unknown tactic {unknown[0]!r}")
        for name in set(sentence):
            counts[name] += 1
    return list(counts.values())


def _ratings(folder: Path) -> tuple[str, dict[Key, list[float | None]]]:
    """The judge's name and its ratings by reply."""
    files = sorted(folder.glob(f"*{RATINGS_SUFFIX}"))
    if len(files) != 1:
        raise MintError(f"{folder}: expected one <judge>{RATINGS_SUFFIX}, found {len(files)}")
    path = files[0]
    ratings: dict[Key, list[float | None]] = {}
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""))
    missing = {"conversation_id", "turn_index", *DIMENSIONS} - set(reader.fieldnames or ())
    if missing:
        raise MintError(f"{path}: lacks the column {min(missing)}")
    for row in _lines(reader, path):
        where = f"{path}:{reader.line_num}"
        position = _number(row["turn_index"], where, "turn_index")
        if position != int(position):
            raise MintError(f"{where}: turn_index: {row['turn_index']} is no whole number")
        key = (str(row["conversation_id"]), int(position))
        if key in ratings:
            raise MintError(f"{where}: a second rating of turn {key[1]} of {key[0]}")
        ratings[key] = [_rating(row[name], where, name) for name in DIMENSIONS]
    return path.name.removesuffix(RATINGS_SUFFIX), ratings


def _lines(reader: "csv.DictReader[str]", path: Path) -> Iterator[dict[str, str | None]]:
    try:
        yield from reader
    except csv.Error as error:
        raise MintError(f"{path}:{reader.line_num}: not CSV ({error})") from None


def _number(text: str | None, where: str, field: str) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise MintError(f"{where}: {field}: {text!r} is no number; truncated file?")
    return value


def _rating(text: str | None, where: str, field: str) -> float | None:
    if text is None:
        raise MintError(f"{where}: {field}: missing; truncated file?")
    if not text.strip():
        return None
    value = _number(text, where, field)
    if not 1 <= value <= 5:
        raise MintError(f"{where}: {field}: {text} is not between 1 and 5")
    return value


def _turn(
    rows: Rows,
    ratings: Mapping[Key, list[float | None]],
    human: Mapping[Key, list[int]],
    key: Key,
    path: Path,
) -> ScoredTurn:
    """One reply; the system's own previous turn is the one just before it, or none."""
    row, before = rows[key], (key[0], key[1] - 2)
    reply = visible_text(row[SPOKEN])
    given = ratings.get(key)
    spoken = [m["content"] for m in row["conversation_history"] if m.get("role") == "assistant"]
    unscored = {} if reply else {"reply": "nothing visible in the reply"}
    lacking = sum(rating is None for rating in given) if given else len(DIMENSIONS)
    rated = lacking <= 1
    if reply and not rated:
        unscored["ratings"] = f"{lacking} of {len(DIMENSIONS)} ratings are missing"
    return ScoredTurn(
        t=(key[1] + 1) // 2,
        human_tactics=human.get(key),
        tactics=_counts(row, f"{path}: conversation {key[0]}, position {key[1]}")
        if reply
        else None,
        ratings=given if rated and reply else None,
        words=len(words(reply)) if reply else None,
        surface=turn_surface(
            reply,
            visible_text(rows[before][SPOKEN]) if before in rows else None,
            spoken[-1] if spoken else None,
        )
        if reply
        else {},
        flags=[PARTIAL_AGGREGATE] if reply and lacking == 1 else [],
        unscored=unscored,
    )

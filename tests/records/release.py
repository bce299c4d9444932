"""A folder in the layout of the paper's release, with text of our own; and records to alter."""

import csv
import json
from pathlib import Path

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records.schema import (
    Board,
    JudgeRef,
    Provenance,
    Record,
    Settings,
    SourceRef,
    TaggerRef,
)
from mint_bench.resources import ids_sha
from mint_bench.scoring import ScoredConversation, ScoredTurn

LINES = ["My cat ran off.", "Three days ago.", "I keep calling her."]
REPLIES = ["I am so sorry. Where did you look?", "Three days is long.", "You do all you can."]
TAGS = [[["emotional_expression"], ["questioning"]], [["validation", "paraphrasing"]],
        [["validation"]]]  # fmt: skip


def reply_rows(conversation: str) -> list[dict]:
    """The three tagged replies of a conversation."""
    rows, history = [], []
    for line, reply, tags in zip(LINES, REPLIES, TAGS, strict=True):
        history = [*history, {"role": "user", "content": line}]
        rows.append({
            "conversation_id": conversation,
            "conversation_history": history,
            "model_response": reply,
            "sentence_tactics": tags,
            "model": "m",
        })
        history = [*history, {"role": "assistant", "content": "Human: " + reply}]
    return rows


def write_release(folder: Path, *systems: str) -> Path:
    """Two conversations of each system, every rating 3."""
    for system in systems:
        tagged = folder / "outputs" / system / "conversations_tagged.json"
        tagged.parent.mkdir(parents=True)
        rows = [row for name in ("a", "b") for row in reply_rows(name)]
        tagged.write_text(json.dumps(rows, indent=1))
        ratings = folder / "eval_outputs" / system / "some-judge_ratings.csv"
        ratings.parent.mkdir(parents=True)
        with ratings.open("w", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(["conversation_id", "turn_index", *DIMENSIONS])
            for row in rows:
                place = len(row["conversation_history"])
                writer.writerow([row["conversation_id"], place, *[3] * 6])
    return folder


def a_turn(t: int, **other: object) -> ScoredTurn:
    """A turn with figures that depend on t."""
    counts = [0] * 10
    counts[t % 10] = t
    counts[3] = 1
    return ScoredTurn(**{
        "t": t, "tactics": counts, "ratings": [3, 3, 3, 2, 1, 1 + t % 4], "words": 5 * t,
        "surface": {"bigram_vs_self": 0.25} if t > 1 else {}, **other,
    })  # fmt: skip


def a_record(count: int = 4, **other: object) -> Record:
    """A record of our own system."""
    conversations = other.pop("conversations", None) or [
        ScoredConversation(id=f"c{c:02}", turns=[a_turn(t) for t in range(1, 4 + c % 3)])
        for c in range(count)
    ]
    fields = {
        "system": "ours", "title": "Our system", "kind": "model",
        "board": Board(
            source=SourceRef(name="file:talks", revision="1", ids_sha=ids_sha({c.id for c in
                                                                          conversations})),
            history="gold", judge_view="gold", tagger=TaggerRef(name="rules", sha="0123abcd"),
            judges=[JudgeRef(name="rules", settings={"strict": True})],
        ),
        "settings": Settings(model="m", sampling={"temperature": 0.7}),
        "provenance": Provenance(version="0.1.0"),
        "conversations": conversations,
    }  # fmt: skip
    return Record(**{**fields, **other})

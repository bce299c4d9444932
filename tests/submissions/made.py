"""Records of a model that answers, made up; and what a cheat would make of them."""

from datetime import UTC, datetime

from mint_bench import __version__
from mint_bench.records.schema import (
    Board,
    JudgeRef,
    Provenance,
    Record,
    SeekerRef,
    Settings,
    SourceRef,
    TaggerRef,
)
from mint_bench.resources import ids_sha
from mint_bench.scoring import ScoredConversation, ScoredTurn

TAGGER = TaggerRef(name="embedded", sha="1" * 64)
JUDGE = JudgeRef(name="embedded", prompt_sha="2" * 64)
IDS = [f"c{n:02}" for n in range(24)]
TURNS = 3
DAY = datetime(2027, 1, 1, tzinfo=UTC)


def turn(c, t, shift=0, **other):
    """A turn whose figures follow from its place."""
    kinds = [int((k + c * 3 + t * 7 + shift) % 5 == 0) for k in range(10)]
    place = (c * 31 + t * 17 + shift * 7) % 97
    surface = {
        "rougeL_vs_self": 0.2 + place / 1000,
        "bigram_vs_self": 0.1 + place / 1000,
        "bleu2_vs_self": 0.1 + place / 500,
    }
    values = {
        "tactics": kinds,
        "human_tactics": kinds[::-1],
        "ratings": [1 + (c + t + d + shift) % 5 for d in range(6)],
        "words": 20 + (c * 5 + t * 3 + shift) % 17,
        "tokens": 40 + (c * 7 + t + shift) % 23,
        "surface": surface if t > 1 else {},
    }
    return ScoredTurn(t=t, **(values | other))


def submitted(system="mine", *, shift=0, kind="model", change=None, ids=None, **other):
    """A record that passes every check, unless `change(c, t)` says other figures of a turn."""
    ids = IDS if ids is None else ids
    conversations = [
        ScoredConversation(
            id=name,
            turns=[
                turn(c, t, shift, **(change(c, t) if change else {})) for t in range(1, TURNS + 1)
            ],
        )
        for c, name in enumerate(ids)
    ]
    values = {
        "system": system,
        "title": system,
        "kind": kind,
        "board": Board(
            source=SourceRef(name="starter", revision="content-1", ids_sha=ids_sha(ids)),
            history="own",
            seeker=SeekerRef(name="scripted"),
            judge_view="own",
            tagger=TAGGER,
            judges=[JUDGE],
        ),
        "settings": Settings(model=f"org/{system}", provider="openai", open_weights=False),
        "provenance": Provenance(
            version=__version__, command="mint-bench run", started=DAY, finished=DAY,
            log_sha="3" * 64,
        ),
        "conversations": conversations,
    }  # fmt: skip
    return Record(**(values | other))


def human():
    """The human supporters of the same conversations."""
    return submitted(
        "human", shift=1, kind="human", settings=Settings(model="human"),
        change=lambda c, t: {"words": 7 + (c * 11 + t * 5) % 29, "tokens": None},
    )  # fmt: skip


def on_board(record, **other):
    """The record on a board that differs in what is given."""
    return record.model_copy(update={"board": record.board.model_copy(update=other)})

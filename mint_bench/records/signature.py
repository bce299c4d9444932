"""The signature of a board and of a record, printed with every figure (after sacrebleu).

Two records whose board signature is equal share a table; nothing else does.
"""

import json

from pydantic import BaseModel

from mint_bench.records.schema import TRUNCATE, Board, Record
from mint_bench.resources import sha256_text

SHORT = 8


def short_sha(part: BaseModel) -> str:
    """First 8 hexadecimal digits of the SHA-256 of a part's canonical JSON."""
    canonical = json.dumps(part.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return sha256_text(canonical)[:SHORT]


def board_signature(board: Board) -> str:
    """All that must be equal to compare, in one line.

    Such as `mint:1|data:lend_an_ear@a46182f8.c0ffee01|history:own|seeker:scripted|view:own|`
    `tagger:embedded@0a1b2c3d|judge:embedded@4e5f6071`.
    """
    source, seeker, tagger = board.source, board.seeker, board.tagger
    parts = [
        f"mint:{board.protocol}",
        f"data:{source.name}@{_pin(source.revision)}.{source.ids_sha[:SHORT]}",
        f"history:{board.history}",
        f"seeker:{seeker.name if seeker else 'none'}"
        + (f"@{short_sha(seeker)}" if seeker and (seeker.model or seeker.prompt_sha) else ""),
        *([f"turns:{board.max_turns}"] if board.max_turns else []),
        f"view:{board.judge_view}",
        "tagger:" + (_pinned(tagger.name, tagger.sha) if tagger else "none"),
        "judge:"
        + (
            "+".join(
                _pinned(judge.name, judge.prompt_sha)
                + (f".{short_sha(judge)}" if judge.settings else "")
                for judge in board.judges
            )
            or "none"
        ),
    ]
    return "|".join(parts)


def _pin(revision: str) -> str:
    """The short form of a pin, without the word that says what kind it is (`content-`)."""
    return revision.rpartition("-")[2][:SHORT]


def _pinned(name: str, sha: str | None) -> str:
    return f"{name}@{sha[:SHORT]}" if sha else name


def signature(record: Record) -> str:
    """The board's signature, then what may differ within it: settings, epochs, n, version."""
    conversations = len({conversation.id for conversation in record.conversations})
    truncate = record.settings.sampling.get(TRUNCATE)
    return "|".join([
        board_signature(record.board),
        f"settings:{short_sha(record.settings)}",
        *([f"truncate:{truncate}"] if truncate else []),
        f"epochs:{record.settings.epochs}",
        f"n:{conversations}",
        f"v:{record.provenance.version}",
    ])

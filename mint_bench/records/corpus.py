"""Scores corpora of any size, part by part: JSON Lines or Parquet in and out, memory flat.

A part of a file is read, scored and written by itself, under a name that depends on nothing but
the corpus. So parts may be done in any order, by many machines, and again. No record comes of it.
"""

import json
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from typing import Any

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError, on_one_line
from mint_bench.files import parse_json
from mint_bench.judging import load_judge
from mint_bench.judging.judge import Judge
from mint_bench.records.corpus_files import (
    DONE,
    UNFINISHED,
    Form,
    Part,
    becoming,
    file_system,
    items,
    storage,
    write,
    write_rows,
)
from mint_bench.records.corpus_sums import Sums, add, sums_of
from mint_bench.records.held import transcript_of
from mint_bench.scoring import ScoredConversation, score
from mint_bench.sources.transcripts import parse_conversation
from mint_bench.tactics import load_tagger
from mint_bench.tactics.tagger import Tagger

BATCH = 256
"""Conversations that are scored together; what is held in memory at a time."""
SHOWN_FAULTS = 20
MANIFEST = "_corpus.json"


@dataclass(frozen=True, slots=True)
class Job:
    """What is done to each part.

    Attributes:
        out: Folder for the scored parts.
        form: In which they are written.
        tagger: Name of the tagger; `none` leaves tactics out.
        judge: Name of the judge; `none` leaves ratings out.
    """

    out: str
    form: Form
    tagger: str = "embedded"
    judge: str = "embedded"


@dataclass
class Counts:
    """What came of a part, or of all.

    Attributes:
        conversations: Scored ones.
        turns: Replies in them.
        unscored: Replies of which any part has no score.
        faults: Lines that are no conversation, and are in no output.
        shown: The first of them, a line each.
        sums: For the figures of the whole.
        node: Which machine of a cluster did it; empty where there is none.
    """

    conversations: int = 0
    turns: int = 0
    unscored: int = 0
    faults: int = 0
    shown: list[str] = field(default_factory=list)
    sums: Sums = field(default_factory=dict)
    node: str = ""

    def add(self, other: "Counts") -> None:
        """Count another part in."""
        self.conversations += other.conversations
        self.turns += other.turns
        self.unscored += other.unscored
        self.faults += other.faults
        self.shown = [*self.shown, *other.shown][:SHOWN_FAULTS]
        self.sums = add(self.sums, other.sums)


def begin(parts: Sequence[Part], job: Job) -> None:
    """Make the output folder, or check that it holds the beginning of this very job.

    Raises:
        MintError: If it holds another, or there is no such tagger or judge.
    """
    tagger, judge = _instruments(job)
    manifest = {
        "parts": [asdict(part) for part in parts],
        "form": job.form,
        "tagger": [tagger.name, tagger.sha] if tagger else None,
        "judge": [judge.name, judge.prompt_sha] if judge else None,
    }
    with storage(job.out):
        _begin(job, json.dumps(manifest))


def _begin(job: Job, manifest: str) -> None:
    fs, folder = file_system(job.out)
    path = posixpath.join(folder, MANIFEST)
    if fs.exists(path):
        if fs.cat_file(path).decode() != manifest:
            raise MintError(
                f"{job.out}: holds another corpus, or the same by another tagger or judge; name "
                "another folder"
            )
        return
    if fs.exists(folder) and fs.ls(folder):
        raise MintError(f"{job.out}: is not empty; name another folder")
    fs.makedirs(folder, exist_ok=True)
    write(fs, path, manifest.encode())


def score_part(part: Part, job: Job, node: str = "") -> Counts:
    """Score a part and write it, unless that is done already.

    Args:
        part: Of a corpus that was begun.
        job: What is done to it.
        node: The machine of a cluster that does it.

    Raises:
        MintError: If the part cannot be read or written.
    """
    fs, folder = file_system(job.out)
    done = posixpath.join(folder, DONE, f"{part.name}.json")
    if fs.exists(done):
        return Counts(**json.loads(fs.cat_file(done)))
    counts = Counts(node=node)
    final = posixpath.join(folder, f"{part.name}.{job.form}")
    try:
        with becoming(fs, folder, final) as handle:
            write_rows(handle, job.form, _scored(part, job, counts))
    except OSError as error:
        reason = on_one_line(error)
        raise MintError(f"{part.path}, {part.name}: {reason}; the same command goes on") from None
    write(fs, done, json.dumps(asdict(counts)).encode())
    return counts


def _scored(part: Part, job: Job, counts: Counts) -> Iterator[list[dict[str, Any]]]:
    """Yield a batch of rows at a time, counted."""
    tagger, judge = _instruments(job)
    read = _conversations(part, counts)
    while batch := list(islice(read, BATCH)):
        scored = score([transcript_of(conversation) for conversation in batch], tagger, judge)
        counts.conversations += len(scored)
        counts.turns += sum(len(one.turns) for one in scored)
        counts.unscored += sum(turn.lacks_a_part for one in scored for turn in one.turns)
        counts.sums = add(counts.sums, sums_of(scored))
        yield [_row(one, part.path) for one in scored]


def _row(scored: ScoredConversation, path: str) -> dict[str, Any]:
    whole = scored.model_dump(mode="json", include={"id", "turns", "surface"})
    return {"id": whole["id"], "file": posixpath.basename(path), **whole}


def _conversations(part: Part, counts: Counts) -> Iterator[Conversation]:
    """Yield what can be read; what cannot is counted."""
    for where, default_id, line in items(part):
        try:
            value = parse_json(_decoded(line, where), where) if isinstance(line, bytes) else line
            yield parse_conversation(value, where, default_id)
        except MintError as error:
            counts.faults += 1
            if len(counts.shown) < SHOWN_FAULTS:
                counts.shown.append(str(error))


def _decoded(line: bytes, where: str) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MintError(f"{where}: not UTF-8 ({error.reason}); convert the file") from None


def _instruments(job: Job) -> tuple[Tagger | None, Judge | None]:
    return (
        None if job.tagger == "none" else _tagger(job.tagger),
        None if job.judge == "none" else _judge(job.judge),
    )


_tagger, _judge = cache(load_tagger), cache(load_judge)


def finish(job: Job) -> None:
    """Remove what broken attempts left behind."""
    fs, folder = file_system(job.out)
    unfinished = posixpath.join(folder, UNFINISHED)
    with storage(job.out):
        if fs.exists(unfinished):
            fs.rm(unfinished, recursive=True)

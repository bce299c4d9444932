"""Records of conversations as they were held: users' transcripts, and human supporters.

The supporter's own turns are the replies; no model runs.
"""

from collections.abc import Sequence
from pathlib import Path

from mint_bench import __version__
from mint_bench.beside import measure_replies, text_figure, with_figure
from mint_bench.conversation import Conversation, Reply
from mint_bench.errors import MintError
from mint_bench.judging.judge import Judge
from mint_bench.marks import plain
from mint_bench.records.schema import (
    Board,
    JudgeRef,
    Provenance,
    Record,
    SeekerRef,
    Settings,
    SourceRef,
    TaggerRef,
    slug,
)
from mint_bench.scoring import Transcript, score
from mint_bench.sources import Source
from mint_bench.tactics.tagger import Tagger


def public_name(source: str) -> str:
    """A source's name as a record may carry it: of a user's file only the last part of its path.

    >>> public_name("file:some/folder/talks.jsonl")
    'file:talks.jsonl'
    """
    return f"file:{Path(source[5:]).name}" if source.startswith("file:") else source


def transcript_of(conversation: Conversation) -> Transcript:
    """A conversation with its own supporter turns as the replies."""
    return Transcript(
        conversation=conversation,
        replies=tuple(
            Reply(conversation.turns[position].text) for position in conversation.scored_turns
        ),
        history="own",
        held=conversation,
        has_human=False,
    )


def record_of_transcripts(
    source: Source,
    tagger: Tagger | None,
    judge: Judge | None,
    system: str,
    also: Sequence[str] = (),
) -> Record:
    """Score the supporter turns of a source as they stand.

    Args:
        source: Conversations, usually the user's own file.
        tagger: Finds tactics; None leaves them out.
        judge: Rates empathy; None leaves ratings out.
        system: Name of the system; characters that no file name takes become dashes.
        also: Figures of the replies' words beside the ranking, by name.

    Raises:
        MintError: If the system's name holds no letter or digit or cannot be printed, or there is
            no such figure.
    """
    name = slug(system)
    if not name or plain(system) != system:
        raise MintError(
            f"system name {system!r} holds none of a-z, A-Z, 0-9, or what cannot be printed; give "
            "another by --system"
        )
    beside = {figure: text_figure(figure) for figure in also}
    transcripts = [transcript_of(conversation) for conversation in source.conversations]
    scored = score(transcripts, tagger, judge)
    for key, figure in beside.items():
        scored = [
            with_figure(conversation, key, measure_replies(transcript, figure))
            for conversation, transcript in zip(scored, transcripts, strict=True)
        ]
    return Record(
        system=name,
        title=system,
        kind="model",
        board=Board(
            source=SourceRef(
                name=public_name(source.name), revision=source.revision, ids_sha=source.ids_sha
            ),
            history="own",
            seeker=SeekerRef(name="as_held"),
            judge_view="own",
            tagger=TaggerRef(name=tagger.name, sha=tagger.sha) if tagger else None,
            judges=[JudgeRef(name=judge.name, prompt_sha=judge.prompt_sha, settings=judge.settings)]
            if judge
            else [],
        ),
        settings=Settings(model=system, provider="transcripts"),
        provenance=Provenance(
            version=__version__,
            command="mint-bench score",
            also={key: figure.how for key, figure in beside.items()},
        ),
        conversations=scored,
    )

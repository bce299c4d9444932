"""What is known of boards: instruments of this version, data at hand, and accepted records.

Answers whether a board's hashes are those of something that anyone else has. Reaches no network.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mint_bench import __version__
from mint_bench.records.schema import Board, JudgeRef, Record, TaggerRef
from mint_bench.records.signature import board_signature
from mint_bench.submissions.findings import Finding
from mint_bench.submissions.plausible import Place


@dataclass(frozen=True)
class Known:
    """Accepted records, by what a new one is held against."""

    records: tuple[Record, ...]

    def on_source(self, board: Board) -> list[Record]:
        """Records on the same conversations' source at the same pin."""
        source = board.source
        return [
            record
            for record in self.records
            if (record.board.source.name, record.board.source.revision)
            == (source.name, source.revision)
        ]

    def human_words(self, board: Board) -> dict[Place, int]:
        """Words of the human supporters' turns on the board's source."""
        return {
            (conversation.id, turn.t): turn.words
            for record in self.on_source(board)
            if record.kind == "human"
            for conversation in record.conversations
            for turn in conversation.turns
            if turn.words
        }


def signature_known(record: Record, known: Known) -> Iterator[Finding]:
    """Whether tagger, judges, seeker and version are ones that others can use, too."""
    board = record.board
    if record.provenance.version != __version__:
        yield Finding(
            "look", "version",
            f"made by version {record.provenance.version}; this is {__version__}",
        )  # fmt: skip
    if record.kind != "published":  # whatever board it claims to stand on
        yield from _without_hash(board)
    if board_signature(board) in {board_signature(one.board) for one in known.records}:
        return
    accepted = known.records
    if board.tagger and board.tagger not in [one.board.tagger for one in accepted]:
        yield from _tagger(board.tagger)
    for judge in board.judges:
        if judge not in [other for one in accepted for other in one.board.judges]:
            yield from _judge(judge)
    seeker = board.seeker
    if seeker and seeker.prompt_sha and seeker not in [one.board.seeker for one in accepted]:
        yield Finding(
            "look", "seeker",
            f"no record has this seeker ({seeker.name}, played by {seeker.model}); its hash "
            "covers prompts and settings and cannot be recomputed here",
        )  # fmt: skip
    yield Finding("look", "board", "a board of its own: no accepted record stands on it")


def _without_hash(board: Board) -> Iterator[Finding]:
    if board.tagger and board.tagger.sha is None:
        name = board.tagger.name
        yield Finding("fault", "tagger", f"{name} has no hash; only published outputs may lack one")
    for judge in board.judges:
        if judge.prompt_sha is None:
            yield Finding(
                "fault", "judge", f"{judge.name} has no hash; only published outputs may lack one"
            )


def _tagger(tagger: TaggerRef) -> Iterator[Finding]:
    if tagger.sha is None or (tagger.name, tagger.sha) in _embedded_taggers():
        return
    if tagger.name.startswith(("llm:", "llm-binary:")):
        if tagger.sha != _llm_tagger_sha(tagger.name):
            yield Finding(
                "look", "tagger",
                f"{tagger.name}: its hash covers models, settings and prompts, and is not that of "
                "this version with the model's usual settings",
            )  # fmt: skip
    else:
        yield Finding(
            "fault", "tagger",
            f"{tagger.name}@{tagger.sha[:8]} is no tagger of this version or of any record",
        )  # fmt: skip


def _judge(judge: JudgeRef) -> Iterator[Finding]:
    if judge.prompt_sha is not None and judge.prompt_sha not in _judge_shas():
        yield Finding(
            "fault", "judge",
            f"{judge.name}@{judge.prompt_sha[:8]}: its prompt or weights are none of this version "
            "or of any record",
        )  # fmt: skip


@cache
def _embedded_taggers() -> frozenset[tuple[str, str]]:
    from mint_bench.tactics import TAGGERS, load_tagger

    return frozenset((tagger.name, tagger.sha) for tagger in map(load_tagger, TAGGERS))


def _llm_tagger_sha(name: str) -> str:
    """The hash of a tagger of one model, asked as this version asks it."""
    from mint_bench.resources import sha256_text
    from mint_bench.tactics.prompts import prompt_sha

    form, _, model = name.partition(":")
    return sha256_text(
        prompt_sha(binary=form == "llm-binary"), f"{model} {sorted({'temperature': 0}.items())}"
    )


@cache
def _judge_shas() -> frozenset[str]:
    """Of the embedded judges and of each form of the LLM judge."""
    from mint_bench.inspect_plugin.llm_judge import LlmJudge
    from mint_bench.judging import JUDGES, load_judge

    asked = [LlmJudge(joint, reason) for joint in (False, True) for reason in (False, True)]
    return frozenset(
        [one.prompt_sha for one in asked] + [load_judge(name).prompt_sha for name in JUDGES]
    )


def data_known(record: Record, known: Known) -> Iterator[Finding]:
    """Whether the conversations are those of the source, by the hash of their ids."""
    source = record.board.source
    if source.name.startswith("file:"):
        yield Finding(
            "look", "data",
            f"{source.name}: conversations of the submitter's own, which nobody else has; such a "
            "record is shown and not ranked",
        )  # fmt: skip
        return
    here = {conversation.id for conversation in record.conversations}
    whole = ids_at_hand(source.name)
    accepted = known.on_source(record.board)
    if whole is None and not accepted:
        yield Finding(
            "unchecked", "data",
            f"{source.name} is not on this machine and no record has it, so the ids of its "
            "conversations are not known (`mint-bench data fetch` gets it)",
        )  # fmt: skip
        return
    if whole is None:
        whole = frozenset(c.id for one in accepted for c in one.conversations)
    if strange := here - whole:
        yield Finding(
            "fault", "data",
            f"{len(strange)} of {len(here)} conversations are not in {source.name}, such as "
            f"{min(strange)}",
        )  # fmt: skip
    elif len(here) < len(whole):
        yield Finding(
            "look", "data",
            f"{len(here)} of the {len(whole)} conversations of {source.name}: shown, not ranked",
        )  # fmt: skip


@cache
def ids_at_hand(spec: str) -> frozenset[str] | None:
    """The ids of a source's conversations; None where its file is not on this machine."""
    from mint_bench.sources import load, load_profiles
    from mint_bench.sources.fetch import locate
    from mint_bench.sources.loading import card_of

    card, _ = card_of(spec)
    if locate(card) is None:
        return None
    found = load_profiles(spec) if card.profiles else load(spec)
    return frozenset(conversation.id for conversation in found.conversations)

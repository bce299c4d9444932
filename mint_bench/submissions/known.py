"""What is known of boards: instruments of this version, data at hand, and accepted records.

Answers whether a board's hashes are those of something that anyone else has. Reaches no network.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from mint_bench import __version__
from mint_bench.records.schema import Board, JudgeRef, Record, TaggerRef
from mint_bench.records.signature import board_signature
from mint_bench.replay.definition import ANCHORED, SCRIPTED
from mint_bench.submissions.findings import Finding
from mint_bench.submissions.plausible import Place
from mint_bench.tactics import LLM_TAGGERS


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
    if tagger.name.startswith(tuple(f"{form}:" for form in LLM_TAGGERS)):
        if tagger.sha not in _llm_tagger_shas(tagger.name):
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


def _llm_tagger_shas(name: str) -> frozenset[str]:
    """The hashes of a tagger of one model, asked as this version asks it.

    One where its provider takes the temperature, one where it does not.
    """
    from mint_bench.resources import sha256_text
    from mint_bench.tactics.prompts import prompt_sha
    from mint_bench.tactics.published import PROMPT_SHA

    form, _, model = name.partition(":")
    asked = PROMPT_SHA if form == "llm-published" else prompt_sha(binary=form == "llm-binary")
    return frozenset(sha256_text(asked, f"{model} {[('temperature', told)]}") for told in (0, None))


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
    """Whether the conversations are those of the source: their ids, and each with all its turns."""
    source = record.board.source
    if source.name.startswith("file:"):
        yield Finding(
            "look", "data",
            f"{source.name}: conversations of the submitter's own, which nobody else has; such a "
            "record is shown and not ranked",
        )  # fmt: skip
        return
    here = {conversation.id for conversation in record.conversations}
    at_hand = turns_at_hand(source.name)
    accepted = known.on_source(record.board)
    if at_hand is None and not accepted:
        yield Finding(
            "unchecked", "data",
            f"{source.name} is not on this machine and no record has it, so the ids of its "
            "conversations are not known (`mint-bench data fetch` gets it)",
        )  # fmt: skip
        return
    if at_hand is None:
        whole = {c.id for one in accepted for c in one.conversations}
    else:
        whole = set(at_hand)
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
    yield from _epochs_whole(record, here)
    if _turns_are_the_sources(record.board):
        yield from _turns_whole(record, at_hand or turns_accepted(record.board, accepted))


def _epochs_whole(record: Record, ids: set[str]) -> Iterator[Finding]:
    """Whether each conversation was held in each epoch, as every run holds them."""
    there = {(c.id, c.epoch) for c in record.conversations}
    epochs = range(1, record.settings.epochs + 1)
    missing = [(one, epoch) for one in sorted(ids) for epoch in epochs if (one, epoch) not in there]
    if missing:
        one, epoch = missing[0]
        yield Finding(
            "fault", "data",
            f"{len(missing)} conversations are left out of an epoch, such as {one} of {epoch}",
        )  # fmt: skip


def _turns_are_the_sources(board: Board) -> bool:
    """Whether a conversation has as many turns as its source says, however it goes.

    A reply that failed is a turn without figures, and the conversation goes on. Only a persona
    ends a conversation by itself.
    """
    return board.seeker is None or board.seeker.name in {SCRIPTED, ANCHORED}


def _turns_whole(record: Record, turns: Mapping[str, int]) -> Iterator[Finding]:
    most = record.board.max_turns
    held = [c for c in record.conversations if c.id in turns]
    asked = {one: min(count, most or count) for one, count in turns.items()}
    wrong = [c for c in held if [t.t for t in c.turns] != list(range(1, asked[c.id] + 1))]
    if wrong:
        first = wrong[0]
        yield Finding(
            "fault", "data",
            f"{len(wrong)} of {len(held)} conversations have not exactly the turns of "
            f"{record.board.source.name}, such as {first.id}, epoch {first.epoch}: "
            f"{len(first.turns)} for {asked[first.id]}; a turn that failed must stand, unscored",
        )  # fmt: skip


def turns_accepted(board: Board, accepted: Iterable[Record]) -> dict[str, int]:
    """The turns of each conversation by the accepted records that asked for as many, or more."""
    found: dict[str, int] = {}
    for record in accepted:
        most = record.board.max_turns
        if not _turns_are_the_sources(record.board) or (
            most is not None and (board.max_turns is None or most < board.max_turns)
        ):
            continue
        for conversation in record.conversations:
            count = found.get(conversation.id, 0)
            found[conversation.id] = max(count, len(conversation.turns))
    return found


@cache
def turns_at_hand(spec: str) -> Mapping[str, int] | None:
    """The turns to reply to of each of a source's conversations; None where it is not here."""
    from mint_bench.sources import load, load_profiles
    from mint_bench.sources.fetch import locate
    from mint_bench.sources.loading import card_of

    card, _ = card_of(spec)
    if locate(card) is None:
        return None
    found = load_profiles(spec) if card.profiles else load(spec)
    return {one.id: len(one.scored_turns) for one in found.conversations}

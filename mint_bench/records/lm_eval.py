"""A record from the samples that lm-eval wrote of `mint_gold_history`.

The replies in the file are scored as those of every other run. What lm-eval says of model and
settings stands in the results file that it writes beside the samples. Runs no model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mint_bench import __version__
from mint_bench.conversation import Conversation, Message, Reply, Speaker, Turn, merge_messages
from mint_bench.errors import MintError
from mint_bench.files import fits_the_model, read_json_lines, validate_model
from mint_bench.judging.judge import Judge
from mint_bench.records.lm_eval_results import TASK, Run, run_of, sampling, token_limit
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
from mint_bench.resources import ids_sha, sha256_file, sha256_text
from mint_bench.scoring import ScoredConversation, ScoredTurn, Transcript, score
from mint_bench.sentences import visible_text
from mint_bench.sources.lm_eval_samples import is_sample, sample_response
from mint_bench.tactics.tagger import Tagger

MOST_TURNS = 10_000
"""Supporter turns of one conversation; those that were not asked are written out, too."""
NOT_ASKED = "not asked: the samples hold no reply for this turn"
NOTHING = "the model returned nothing"

Count = Callable[[str], int]
"""Tokens of a text."""


class Said(BaseModel):
    """One message of the real conversation; user = seeker."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["user", "assistant"]
    content: str


class GoldDocument(BaseModel):
    """A document of `mint_gold_history`: one supporter turn, with all that came before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, description="Conversation and turn")
    conversation: str = Field(min_length=1)
    t: int = Field(ge=1, description="Number of the supporter turn within its conversation")
    turns: int = Field(
        ge=1, le=MOST_TURNS, description="Supporter turns that its conversation has documents for"
    )
    language: str
    source: str
    revision: str
    max_turns: int | None = None
    has_human: bool = Field(description="Whether people wrote the supporter's turns")
    system_prompt: str | None = None
    messages: tuple[Said, ...] = Field(min_length=1, description="Ends with the seeker's turn")
    human: str = Field(description="What the supporter of the real conversation said here")


@dataclass(frozen=True, slots=True)
class _Answer:
    document: GoldDocument
    text: str
    arguments: Mapping[str, Any]


def record_from_samples(
    path: Path,
    tagger: Tagger | None,
    judge: Judge | None,
    system: str | None = None,
    tokenizer: Path | None = None,
) -> Record:
    """The record of a run of `mint_gold_history`.

    Args:
        path: `samples_mint_gold_history_<time>.jsonl`; `results_<time>.json` is looked for beside.
        tagger: Finds tactics; None leaves them out.
        judge: Rates empathy; None leaves ratings out.
        system: Short name of the system; by default the model's.
        tokenizer: Folder with the model's `tokenizer.json`, to count tokens and to see which
            replies were cut off; by default the model's own folder, where it is on this machine.

    Returns:
        The record, on the same board as Inspect's `gold_history` with these conversations. Turns
        of a conversation that were not asked are in it, unscored.

    Raises:
        MintError: If the file is missing, of another task, or holds two answers to one document;
            if nothing names the system.
    """
    with fits_the_model(str(path)):
        return _record(path, tagger, judge, system, tokenizer)


def _record(
    path: Path,
    tagger: Tagger | None,
    judge: Judge | None,
    system: str | None,
    tokenizer: Path | None,
) -> Record:
    answers = _answers(path)
    run = run_of(path)
    name = system or run.model
    if not name or not slug(name.rpartition("/")[2]):
        raise MintError(
            f"{path}: no results_*.json of the same run beside it names the model; give the system "
            "a name by --system"
        )
    first, arguments = answers[0].document, answers[0].arguments
    limit = token_limit(arguments)
    count = _counter(tokenizer, run.tokenizer)
    conversations = _scored(answers, tagger, judge, lambda text: _reply(text, count, limit))
    notes = list(run.notes)
    if count is None:
        notes.append("no tokenizer at hand: tokens not counted, cut-off replies not flagged")
    return Record(
        system=slug(name.rpartition("/")[2]),
        title=name.rpartition("/")[2],
        kind="model",
        board=Board(
            source=SourceRef(
                name=first.source,
                revision=first.revision,
                ids_sha=ids_sha({conversation.id for conversation in conversations}),
            ),
            history="gold",
            max_turns=first.max_turns,
            judge_view="gold",
            tagger=TaggerRef(name=tagger.name, sha=tagger.sha) if tagger else None,
            judges=[JudgeRef(name=judge.name, prompt_sha=judge.prompt_sha, settings=judge.settings)]
            if judge
            else [],
        ),
        settings=Settings(
            model=run.model or name,
            provider=run.provider,
            system_prompt_sha=_prompt_sha(first, run),
            sampling=sampling(arguments),
        ),
        provenance=Provenance(
            version=__version__,
            command="mint-bench import lm-eval",
            versions=dict(run.versions),
            started=run.started,
            tokens={"output": sum(turn.written for c in conversations for turn in c.turns)}
            if count
            else {},
            log_sha=sha256_file(path),
            notes=notes,
        ),
        conversations=conversations,
    )


def spoken(messages: Sequence[Said]) -> tuple[Turn, ...]:
    """Messages of a document as turns."""
    return merge_messages(
        Message(Speaker.SEEKER if said.role == "user" else Speaker.SUPPORTER, said.content)
        for said in messages
    )


def _answers(path: Path) -> list[_Answer]:
    """Every document with its answer, in the file's order; of several filters the first."""
    found: dict[tuple[str, int], _Answer] = {}
    filters: set[str] = set()
    for number, value in read_json_lines(path):
        where = f"{path}:{number}"
        if not isinstance(value, dict) or not is_sample(value):
            raise MintError(f"{where}: no sample of lm-eval; expected what --log_samples writes")
        doc = value["doc"]
        if not isinstance(doc, dict) or not {"conversation", "human", "turns"} <= doc.keys():
            raise MintError(
                f"{where}: a sample of another task than {TASK}; for replies of other tasks use "
                "`mint-bench score`"
            )
        filters.add(str(value.get("filter")))
        if len(filters) > 1:
            continue
        document = validate_model(doc, GoldDocument, f"{where}: doc")
        place = document.conversation, document.t
        if place in found:
            raise MintError(f"{where}: a second answer to {document.id}; import one run at a time")
        found[place] = _Answer(document, sample_response(value, where), _arguments(value))
    if not found:
        raise MintError(f"{path}: holds no sample")
    answers = list(found.values())
    _one_board(answers, path)
    return answers


def _one_board(answers: Sequence[_Answer], path: Path) -> None:
    boards = {
        (d.source, d.revision, d.max_turns, d.system_prompt)
        for d in (answer.document for answer in answers)
    }
    if len(boards) > 1:
        raise MintError(f"{path}: samples of {len(boards)} different runs; import one at a time")


def _arguments(sample: Mapping[str, Any]) -> Mapping[str, Any]:
    """How the model was asked to generate: the second argument of the request."""
    value = sample["arguments"]
    for key in ("gen_args_0", "arg_1"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _scored(
    answers: Sequence[_Answer],
    tagger: Tagger | None,
    judge: Judge | None,
    reply: Callable[[str], Reply],
) -> list[ScoredConversation]:
    by_conversation: dict[str, dict[int, _Answer]] = {}
    for answer in answers:
        document = answer.document
        by_conversation.setdefault(document.conversation, {})[document.t] = answer
    transcripts = [_transcript(given, reply) for given in by_conversation.values()]
    scored = score(transcripts, tagger, judge)
    asked = [next(iter(given.values())).document.turns for given in by_conversation.values()]
    return [_whole(one, turns) for one, turns in zip(scored, asked, strict=True)]


def _transcript(given: Mapping[int, _Answer], reply: Callable[[str], Reply]) -> Transcript:
    """The real conversation up to its last answered turn, with the answers."""
    last = given[max(given)].document
    human = Turn(Speaker.SUPPORTER, (Message(Speaker.SUPPORTER, last.human),))
    conversation = Conversation(last.conversation, (*spoken(last.messages), human), last.language)
    if len(conversation.scored_turns) != last.t:
        raise MintError(f"{last.id}: its history does not hold the turns before turn {last.t}")
    replies = tuple(
        reply(given[t].text) if t in given else Reply("", failure=NOT_ASKED)
        for t in range(1, last.t + 1)
    )
    return Transcript(conversation, replies, "gold", has_human=last.has_human)


def _whole(scored: ScoredConversation, turns: int) -> ScoredConversation:
    """The conversation with the turns at its end that were not asked, unscored."""
    missing = [
        ScoredTurn(t=t, unscored={"reply": NOT_ASKED})
        for t in range(len(scored.turns) + 1, turns + 1)
    ]
    return scored.model_copy(update={"turns": [*scored.turns, *missing]})


def _reply(text: str, count: Count | None, limit: int | None) -> Reply:
    visible = visible_text(text)
    failure = None if visible else NOTHING if not text else "nothing visible in the reply"
    if count is None:
        return Reply(visible, failure=failure)
    tokens, whole = count(visible), count(text)
    return Reply(
        visible,
        tokens,
        whole - tokens if text != visible else None,
        cut_off=limit is not None and whole >= limit,
        failure=failure,
    )


def _counter(given: Path | None, own: Path | None) -> Count | None:
    """Counts the tokens of a text; None without a tokenizer.

    Raises:
        MintError: If the given folder has none.
    """
    folder = given or own
    if folder is None:
        return None
    file = folder / "tokenizer.json" if folder.is_dir() else folder
    if not file.is_file():
        if given is None:
            return None
        raise MintError(f"{file}: no such tokenizer; give the folder with the model's own")
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # noqa: BLE001 - the library raises nothing narrower
        raise MintError(f"{file}: not a readable tokenizer ({error})") from None
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _prompt_sha(document: GoldDocument, run: Run) -> str | None:
    parts = [part for part in (run.instruction, document.system_prompt) if part]
    return sha256_text("\n\n".join(parts)) if parts else None

# inspect-evals-lint: ignore-file[main_file] -- the layers keep all of Inspect in this package
"""The tasks, as `inspect eval mint_bench/<task>` runs them.

What a task asks stands in `tasks/<task>.yaml`; here it becomes a data set, a solver, the scorer,
and the metadata from which a record's board is made.
"""

import platform
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset
from inspect_ai.model import GenerateConfig
from inspect_ai.solver import Solver

from mint_bench import __version__
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.also import also_scorers
from mint_bench.inspect_plugin.board import BOARD, RunBoard
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.inspect_plugin.held import sample_of
from mint_bench.inspect_plugin.instruments import roles_needed
from mint_bench.inspect_plugin.roles import setup_for
from mint_bench.inspect_plugin.scorer import conversation_figures
from mint_bench.inspect_plugin.solvers import (
    hold_conversation,
    repeat_human,
    reply_to_real_turns,
)
from mint_bench.replay.definition import TaskDefinition, load_task
from mint_bench.resources import sha256_text
from mint_bench.scoring import History
from mint_bench.sources import Source, load
from mint_bench.sources.catalogue import SpeakerKind

PEOPLE = frozenset({SpeakerKind.HUMAN, SpeakerKind.AUTHOR})


@task
def multi_turn(
    source: str | None = None,
    max_turns: int | None = None,
    tagger: str = "embedded",
    judge: str = "embedded",
    system_prompt: str | None = None,
    also: str | list[str] | None = None,
) -> Task:
    """The system holds whole conversations and sees its own earlier replies.

    Args:
        source: Conversations: a name of `mint-bench data list`, or `file:PATH`.
        max_turns: Replies after which a conversation ends; all by default.
        tagger: Which tagger finds tactics; `llm` asks the role tagger, `none` leaves them out.
        judge: Which judge rates empathy; `llm` asks the role grader, `none` leaves ratings out.
        system_prompt: File with another system prompt.
        also: Scorers beside the ranking, by name and separated by commas; none by default.
    """
    with told_by_inspect():
        definition = load_task("multi_turn")
        prompt = definition.prompt(_path(system_prompt))
        return _task(
            definition, source, max_turns, (tagger, judge), also, hold_conversation(prompt), prompt
        )


@task
def gold_history(
    source: str | None = None,
    max_turns: int | None = None,
    tagger: str = "embedded",
    judge: str = "embedded",
    system_prompt: str | None = None,
    also: str | list[str] | None = None,
) -> Task:
    """The system writes one reply to the real conversation at each of its turns.

    Args:
        source: Conversations: a name of `mint-bench data list`, or `file:PATH`.
        max_turns: Turns of each conversation that are replied to; all by default.
        tagger: Which tagger finds tactics; `llm` asks the role tagger, `none` leaves them out.
        judge: Which judge rates empathy; `llm` asks the role grader, `none` leaves ratings out.
        system_prompt: File with another system prompt.
        also: Scorers beside the ranking, by name and separated by commas; none by default.
    """
    with told_by_inspect():
        definition = load_task("gold_history")
        prompt = definition.prompt(_path(system_prompt))
        return _task(
            definition,
            source,
            max_turns,
            (tagger, judge),
            also,
            reply_to_real_turns(prompt),
            prompt,
        )


@task
def human(
    source: str | None = None,
    max_turns: int | None = None,
    tagger: str = "embedded",
    judge: str = "embedded",
    history: History = "own",
    also: str | list[str] | None = None,
) -> Task:
    """The human supporters of the same conversations, through the same scorers; no model.

    Args:
        source: Conversations: a name of `mint-bench data list`, or `file:PATH`.
        max_turns: Turns of each conversation that are scored; all by default.
        tagger: Which tagger finds tactics; `llm` asks the role tagger, `none` leaves them out.
        judge: Which judge rates empathy; `llm` asks the role grader, `none` leaves ratings out.
        history: `own` or `gold`: on which board the people stand. Their turns are the same.
        also: Scorers beside the ranking, by name and separated by commas; none by default.
    """
    with told_by_inspect():
        if history not in {"own", "gold"}:
            raise MintError(f"history={history!r} is not known; choose own or gold")
        definition = load_task("human")
        if history == "gold":
            definition = definition.model_copy(update={"history": "gold", "seeker": None})
        return _task(definition, source, max_turns, (tagger, judge), also, repeat_human(), None)


def _path(system_prompt: str | None) -> Path | None:
    return Path(system_prompt) if system_prompt else None


def _task(
    definition: TaskDefinition,
    source: str | None,
    max_turns: int | None,
    instruments: tuple[str, str],
    also: str | list[str] | None,
    solver: Solver,
    prompt: str | None,
) -> Task:
    if max_turns is not None and (not isinstance(max_turns, int) or max_turns < 1):
        raise MintError(f"max_turns={max_turns}: must be a whole number from 1")
    setup = setup_for(roles_needed(*instruments, also))
    found = load(source or definition.source)
    has_human = found.card.supporter in PEOPLE
    if definition.name == "human" and not has_human:
        raise MintError(
            f"source {found.name}: its supporters are not known to be human; for transcripts of "
            "your own use `mint-bench score`"
        )
    return Task(
        dataset=_dataset(definition, found, max_turns, has_human=has_human),
        setup=setup,
        solver=solver,
        scorer=[conversation_figures(*instruments), *also_scorers(also)],
        config=_config(definition),
        display_name=definition.title,
        name=definition.name,
        description=definition.description,
        metadata=_metadata(definition, found, max_turns, prompt),
    )


def _dataset(
    definition: TaskDefinition, source: Source, max_turns: int | None, *, has_human: bool
) -> MemoryDataset:
    return MemoryDataset(
        [
            sample_of(conversation, definition.history, max_turns, has_human=has_human)
            for conversation in source.conversations
        ],
        name=source.name,
    )


def _config(definition: TaskDefinition) -> GenerateConfig:
    if definition.sampling is None:
        return GenerateConfig()
    return GenerateConfig(
        temperature=definition.sampling.temperature, max_tokens=definition.sampling.max_tokens
    )


def _metadata(
    definition: TaskDefinition, source: Source, max_turns: int | None, prompt: str | None
) -> dict[str, Any]:
    kind, _, path = source.name.partition(":")
    board = RunBoard(
        source=f"file:{Path(path).name}" if kind == "file" else source.name,
        revision=source.revision,
        history=definition.history,
        seeker=definition.seeker,
        max_turns=max_turns,
        system_prompt_sha=sha256_text(prompt) if prompt else None,
        version=__version__,
        python=platform.python_version(),
    )
    return {BOARD: board.model_dump(mode="json")}

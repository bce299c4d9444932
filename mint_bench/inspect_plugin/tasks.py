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
from mint_bench.inspect_plugin.generation import OLDEST, Truncate
from mint_bench.inspect_plugin.held import sample_of
from mint_bench.inspect_plugin.instruments import roles_needed
from mint_bench.inspect_plugin.roles import setup_for
from mint_bench.inspect_plugin.scorer import conversation_figures
from mint_bench.inspect_plugin.seekers import hold_with_seeker, seeker_course
from mint_bench.inspect_plugin.solvers import (
    hold_conversation,
    repeat_human,
    reply_to_real_turns,
)
from mint_bench.replay.definition import (
    PERSONA,
    SCRIPTED,
    SIMULATED,
    TaskDefinition,
    language_of,
    load_task,
    seeker_rules,
    source_for,
    with_seeker,
)
from mint_bench.replay.profiles import profile_of
from mint_bench.replay.seekers import check_language
from mint_bench.resources import sha256_text
from mint_bench.scoring import History
from mint_bench.sources import Source


@task
def multi_turn(  # noqa: PLR0913, PLR0917 - options, given by name
    source: str | None = None,
    seeker: str = SCRIPTED,
    max_turns: int | None = None,
    tagger: str = "embedded",
    judge: str = "embedded",
    system_prompt: str | None = None,
    also: str | list[str] | None = None,
    truncate: Truncate | None = None,
) -> Task:
    """The system holds whole conversations and sees its own earlier replies.

    Args:
        source: Conversations: a name of `mint-bench data list`, or `file:PATH`. For a persona also
            `sage`, or `file:` and a YAML file of profiles.
        seeker: `scripted` speaks the real lines and does not hear the system; `anchored` conveys
            the real lines, fitted to the reply; `persona` goes where the talk goes. The last two
            ask the role seeker.
        max_turns: Replies after which a conversation ends; all by default, of a persona 10.
        tagger: Which tagger finds tactics; `llm` asks the role tagger, `none` leaves them out.
        judge: Which judge rates empathy; `llm` asks the role grader, `none` leaves ratings out.
        system_prompt: File with another system prompt.
        also: Scorers beside the ranking, by name and separated by commas; none by default.
        truncate: `oldest` leaves out the oldest turns of a conversation that is longer than the
            model's context; by default its reply is unscored.
    """
    with told_by_inspect():
        definition = with_seeker(load_task("multi_turn"), seeker)
        if seeker == PERSONA:
            max_turns = max_turns or seeker_rules().persona.max_turns
        prompt = _path(system_prompt)
        return _task(definition, source, max_turns, (tagger, judge), also, prompt, truncate)


@task
def gold_history(
    source: str | None = None,
    max_turns: int | None = None,
    tagger: str = "embedded",
    judge: str = "embedded",
    system_prompt: str | None = None,
    also: str | list[str] | None = None,
    truncate: Truncate | None = None,
) -> Task:
    """The system writes one reply to the real conversation at each of its turns.

    Args:
        source: Conversations: a name of `mint-bench data list`, or `file:PATH`.
        max_turns: Turns of each conversation that are replied to; all by default.
        tagger: Which tagger finds tactics; `llm` asks the role tagger, `none` leaves them out.
        judge: Which judge rates empathy; `llm` asks the role grader, `none` leaves ratings out.
        system_prompt: File with another system prompt.
        also: Scorers beside the ranking, by name and separated by commas; none by default.
        truncate: `oldest` leaves out the oldest turns of a conversation that is longer than the
            model's context; by default its reply is unscored.
    """
    with told_by_inspect():
        definition = load_task("gold_history")
        prompt = _path(system_prompt)
        return _task(definition, source, max_turns, (tagger, judge), also, prompt, truncate)


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
        return _task(definition, source, max_turns, (tagger, judge), also)


def _path(system_prompt: str | None) -> Path | None:
    return Path(system_prompt) if system_prompt else None


def _task(
    definition: TaskDefinition,
    source: str | None,
    max_turns: int | None,
    instruments: tuple[str, str],
    also: str | list[str] | None,
    system_prompt: Path | None = None,
    truncate: Truncate | None = None,
) -> Task:
    if max_turns is not None and (not isinstance(max_turns, int) or max_turns < 1):
        raise MintError(f"max_turns={max_turns}: must be a whole number from 1")
    if truncate not in {None, OLDEST}:
        raise MintError(f"truncate={truncate!r} is not known; write {OLDEST}, or leave it out")
    seeker = definition.seeker or SCRIPTED
    setup = setup_for(roles_needed(*instruments, also, seeker))
    found = source_for(definition, source)
    _check_seekers(found, seeker)
    has_human = found.card.has_human
    if definition.name == "human" and not has_human:
        raise MintError(
            f"source {found.name}: its supporters are not known to be human; for transcripts of "
            "your own use `mint-bench score`"
        )
    prompt = definition.prompt(system_prompt, language_of(found))
    course = [seeker_course()] if seeker in SIMULATED else []
    return Task(
        dataset=_dataset(definition, found, max_turns, has_human=has_human),
        setup=setup,
        solver=_solver(definition, prompt, truncate),
        scorer=[conversation_figures(*instruments), *course, *also_scorers(also)],
        config=_config(definition),
        display_name=definition.title,
        name=definition.name,
        description=definition.description,
        metadata=_metadata(definition, found, max_turns, prompt, truncate),
    )


def _solver(definition: TaskDefinition, prompt: str | None, truncate: Truncate | None) -> Solver:
    if definition.name == "human":
        return repeat_human()
    if definition.history == "gold":
        return reply_to_real_turns(prompt, truncate)
    if definition.seeker in SIMULATED:
        return hold_with_seeker(definition.seeker, prompt, truncate)
    return hold_conversation(prompt, truncate)


def _check_seekers(source: Source, seeker: str) -> None:
    """Refuse, before a model is asked, conversations that this seeker cannot be made from.

    Raises:
        MintError: If there are such.
    """
    if seeker not in SIMULATED:
        return
    for conversation in source.conversations:
        check_language(conversation.language)
        if seeker == PERSONA:
            profile_of(conversation)


def _dataset(
    definition: TaskDefinition, source: Source, max_turns: int | None, *, has_human: bool
) -> MemoryDataset:
    return MemoryDataset(
        [
            sample_of(
                conversation,
                definition.history,
                max_turns,
                has_human=has_human,
                seeker=definition.seeker if definition.name != "human" else None,
            )
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
    definition: TaskDefinition,
    source: Source,
    max_turns: int | None,
    prompt: str | None,
    truncate: Truncate | None,
) -> dict[str, Any]:
    kind, _, path = source.name.partition(":")
    board = RunBoard(
        source=f"file:{Path(path).name}" if kind == "file" else source.name,
        revision=source.revision,
        history=definition.history,
        seeker=definition.seeker,
        max_turns=max_turns,
        truncate=truncate,
        system_prompt_sha=sha256_text(prompt) if prompt else None,
        version=__version__,
        python=platform.python_version(),
    )
    return {BOARD: board.model_dump(mode="json")}

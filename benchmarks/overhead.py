"""What replay and scoring cost a turn, beside the bare calls of a model that takes 50 ms.

Both are runs of Inspect with as many conversations at once; the bare one makes the same calls in
the same order, keeps no history of its own and scores nothing. The time is that in which
conversations are held and scored: Inspect's start, once a run, is none of it.
"""

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspect_ai import Task

LATENCY = 0.05  # seconds that the model takes for each reply
TURNS = 10
REPEATS = 3
AT_ONCE = (1, 8, 64)
MOST_SHARE = 0.05  # of wall time, at 64


def overhead_ms(at_once: int, scorers: str = "embedded") -> float:
    """Milliseconds of wall time a turn above the bare calls."""
    bare, whole = wall_seconds(at_once, scorers)
    return 1000 * (whole - bare) / (at_once * TURNS)


def overhead_share(at_once: int, scorers: str = "embedded") -> float:
    """Share of wall time that is not the bare calls."""
    bare, whole = wall_seconds(at_once, scorers)
    return (whole - bare) / whole


def wall_seconds(at_once: int, scorers: str) -> tuple[float, float]:
    """Best wall time of the bare run and of the whole one, each of `REPEATS`, taken in turns."""
    from mint_bench import multi_turn

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "talks.jsonl"
        path.write_text("".join(json.dumps(talk(n)) + "\n" for n in range(at_once)), "utf-8")
        whole = multi_turn(source=f"file:{path}", tagger=scorers, judge=scorers)
        times: dict[str, list[float]] = {"bare": [], "whole": []}
        for _ in range(REPEATS + 1):  # the first one loads weights and modules
            times["bare"].append(_seconds(bare_task(at_once), at_once, folder))
            times["whole"].append(_seconds(whole, at_once, folder))
    return min(times["bare"][1:]), min(times["whole"][1:])


def talk(number: int) -> dict[str, Any]:
    """A conversation of `TURNS` turns from the starter's lines."""
    from mint_bench.sources import load

    conversations = load("starter").conversations
    lines = [t.text for c in conversations for t in c.turns if t.speaker == "seeker"]
    start = 7 * number
    messages = []
    for turn in range(TURNS):
        messages.append({"role": "user", "content": lines[(start + turn) % len(lines)]})
        messages.append({"role": "assistant", "content": "I see."})
    return {"id": f"talk-{number:03d}", "messages": messages}


def bare_task(at_once: int) -> "Task":
    """As many samples that each make `TURNS` calls one after the other."""
    from inspect_ai import Task
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, get_model
    from inspect_ai.solver import Generate, Solver, TaskState, solver

    @solver
    def calls() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
            model = get_model()
            for message in talk(int(str(state.sample_id)))["messages"][::2]:
                state.messages.append(ChatMessageUser(content=message["content"]))
                output = await model.generate(state.messages)
                state.messages.append(ChatMessageAssistant(content=output.completion))
            return state

        return solve

    samples = [Sample(input="start", id=str(n)) for n in range(at_once)]
    return Task(dataset=samples, solver=calls(), name="bare")


def _seconds(task: "Task", at_once: int, folder: str) -> float:
    from inspect_ai import eval as evaluate

    [log] = evaluate(
        task,
        model="mint/random_tactics",
        model_args={"latency": LATENCY},
        log_dir=folder,
        display="none",
        max_samples=at_once,
        max_connections=at_once,
    )
    if log.status != "success" or not log.samples:
        msg = f"{task.name}: {log.error}"
        raise RuntimeError(msg)
    began = [datetime.fromisoformat(str(sample.started_at)) for sample in log.samples]
    ended = [datetime.fromisoformat(str(sample.completed_at)) for sample in log.samples]
    return (max(ended) - min(began)).total_seconds()

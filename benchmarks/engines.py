"""How much of an engine's speed is left: whole runs beside the bare engine, in pairs.

`make bench-vllm` runs all of it with the embedded model and writes `benchmarks/latest-vllm.json`.
Each side of a pair is a process of its own with a cold prefix cache, and which goes first changes
from pair to pair. Start-up is apart: what counts begins with the first call and ends with the last
reply, on our side with its last figure.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from benchmarks.__main__ import entry, table
from benchmarks.page import LATEST_VLLM, write_page

if TYPE_CHECKING:
    from inspect_ai.log import EvalSample

PAIRS = 5
CONTEXT = 4096
AT_ONCE = 32
"""What the engine runs side by side; ours has as many requests again waiting for it, the others
hand over all at once."""
OPTIONS = {"max_model_len": CONTEXT, "max_num_seqs": AT_ONCE, "block_size": 32}
"""Of vLLM, the same on both sides."""
RATE = "rate.json"
SHARE_OF_BARE, AS_FAST, CACHED = 0.90, 1.0, 0.80


@dataclass(frozen=True, slots=True)
class Work:
    """What every side does.

    Attributes:
        source: Conversations.
        conversations: How many of them.
        tokens: A reply's length at most.
    """

    source: str
    conversations: int
    tokens: int


Rate = Callable[[Work, Path], float]
"""One side of a pair: generated tokens a second, its files in a folder."""


def ratios(ours: Rate, other: Rate, work: Work, pairs: int = PAIRS) -> list[float]:
    """Our rate over the other's, pair by pair, the order changing."""
    found = []
    for number in range(pairs):
        rates = {}
        for side in (ours, other) if number % 2 == 0 else (other, ours):
            with tempfile.TemporaryDirectory() as folder:
                rates[side] = side(work, Path(folder))
        found.append(rates[ours] / rates[other])
    return found


def with_vllm(work: Work, folder: Path) -> float:
    """`gold_history` through the runner and a vLLM server of its own."""
    return _rate("ours", work, folder, "vllm")


def with_transformers(work: Work, folder: Path) -> float:
    """The same through Inspect's own provider for transformers."""
    return _rate("ours", work, folder, "transformers")


def bare(work: Work, folder: Path) -> float:
    """`vllm.LLM.chat` on the same prompts, all at once."""
    return _rate("bare", work, folder)


def with_lm_eval(work: Work, folder: Path) -> float:
    """The same documents through lm-eval's vllm model."""
    return _rate("lm_eval", work, folder)


def _rate(side: str, work: Work, folder: Path, engine: str = "") -> float:
    """A side in a process of its own, which leaves its rate in a file, as engines print a lot."""
    words = [sys.executable, "-m", "benchmarks.engines", "--side", side, "--engine", engine]
    words += ["--source", work.source, "--conversations", str(work.conversations)]
    words += ["--tokens", str(work.tokens), "--folder", str(folder)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=environment())
    return float(json.loads((folder / RATE).read_text("utf-8"))["tokens_per_second"])


def environment() -> dict[str, str]:
    """What vLLM on CPU needs to be told, on both sides alike."""
    defaults = {
        "VLLM_CPU_KVCACHE_SPACE": "2", "VLLM_USE_AOT_COMPILE": "0", "VLLM_NO_USAGE_STATS": "1",
        "VLLM_CPU_OMP_THREADS_BIND": ",".join(map(str, sorted(os.sched_getaffinity(0)))),
    }  # fmt: skip
    return defaults | dict(os.environ)


def run_ours(work: Work, folder: Path, engine: str) -> dict[str, Any]:
    """The runner's tokens a second."""
    return _run(work, folder, engine, "gold_history")[0]


def _run(work: Work, folder: Path, engine: Any, task: str) -> tuple[dict[str, Any], Path]:  # noqa: ANN401 - a literal
    from inspect_ai.log import read_eval_log_samples

    from mint_bench.engines.decide import Reach
    from mint_bench.engines.engine import AT_HAND
    from mint_bench.engines.request import RunRequest
    from mint_bench.engines.run import run

    request = RunRequest(
        "embedded", task, work.source, limit=work.conversations, max_tokens=work.tokens,
        max_connections=AT_ONCE * AT_HAND,
    )  # fmt: skip
    options = [f"{name}={value}" for name, value in OPTIONS.items() if engine == "vllm"]
    reach = Reach(engine, vllm=tuple(options))
    result = run(request, folder / "logs", folder / "results", reach)
    seconds = seconds_of(read_eval_log_samples(str(result.log)))
    return {"tokens_per_second": result.watch.tokens / seconds}, result.log


def seconds_of(samples: "Iterable[EvalSample]") -> float:
    """From the first call of a model to the last figure; Inspect's start is apart."""
    from inspect_ai.event import ModelEvent

    starts: list[datetime] = []
    ends: list[datetime] = []
    for sample in samples:
        starts += [event.timestamp for event in sample.events if isinstance(event, ModelEvent)]
        ends.append(datetime.fromisoformat(sample.completed_at or ""))
    return (max(ends) - min(starts)).total_seconds()


def run_bare(work: Work) -> dict[str, Any]:
    """The engine's own tokens a second."""
    import time

    from vllm import LLM, SamplingParams

    from mint_bench.local_models.embedded_model import embedded_model_path

    llm = LLM(str(embedded_model_path()), enable_prefix_caching=True, **OPTIONS)
    sampling = SamplingParams(temperature=0.7, max_tokens=work.tokens)
    prompts = prompts_of(work)
    llm.generate("warm up", SamplingParams(max_tokens=1))
    start = time.perf_counter()
    outputs = llm.chat(prompts, sampling, use_tqdm=False)
    seconds = time.perf_counter() - start
    return {"tokens_per_second": sum(len(o.outputs[0].token_ids) for o in outputs) / seconds}


def prompts_of(work: Work) -> list[list[dict[str, str]]]:
    """What `gold_history` shows a system before each reply, as chat messages."""
    from mint_bench.replay.definition import load_task, source_for
    from mint_bench.replay.histories import gold_prompts

    definition = load_task("gold_history")
    conversations = source_for(definition, work.source).conversations[: work.conversations]
    return [
        [{"role": line.role, "content": line.text} for line in lines]
        for conversation in conversations
        for lines in gold_prompts(conversation, definition.prompt())
    ]


def run_lm_eval(work: Work) -> dict[str, Any]:
    """lm-eval's tokens a second, its scoring and ours in it, its model made before."""
    import time

    import lm_eval
    from lm_eval.models.vllm_causallms import VLLM
    from lm_eval.tasks import TaskManager

    from mint_bench.local_models.embedded_model import embedded_model_path
    from mint_bench.resources import resource

    model = VLLM(
        str(embedded_model_path()), batch_size="auto", enable_prefix_caching=True, **OPTIONS
    )
    manager = TaskManager(
        include_path=str(resource("tasks", "lm_eval")),
        metadata={"source": work.source, "conversations": work.conversations},
    )
    start = time.perf_counter()
    found = lm_eval.simple_evaluate(
        model,
        tasks=["mint_gold_history"],
        task_manager=manager,
        apply_chat_template=True,
        gen_kwargs=f"max_gen_toks={work.tokens}",
        bootstrap_iters=0,
    )
    seconds = time.perf_counter() - start
    replies = [s["resps"][0][0] for s in found["samples"]["mint_gold_history"]]
    tokens = sum(len(model.tok_encode(reply)) for reply in replies)
    return {"tokens_per_second": tokens / seconds}


def cached_share(work: Work) -> float:
    """Of the prompt tokens of `multi_turn` from turn 2 on, the part that was in the cache."""
    from inspect_ai.log import read_eval_log_samples

    with tempfile.TemporaryDirectory() as folder:
        _, log = _run(work, Path(folder), "vllm", "multi_turn")
        return share_from_turn_2(read_eval_log_samples(str(log)))


def share_from_turn_2(samples: "Iterable[EvalSample]") -> float:
    """Cached prompt tokens over all, in each conversation's calls of the system but the first."""
    from inspect_ai.event import ModelEvent

    cached = whole = 0
    for sample in samples:
        calls = [e for e in sample.events if isinstance(e, ModelEvent) and e.role is None]
        for call in calls[1:]:
            if (usage := call.output.usage) is not None:
                cached += usage.input_tokens_cache_read or 0
                whole += usage.input_tokens + (usage.input_tokens_cache_read or 0)
    return cached / whole if whole else 0.0


OTHERS = {
    "run_over_bare_vllm": (bare, SHARE_OF_BARE),
    "run_over_inspect_hf": (with_transformers, AS_FAST),
    "run_over_lm_eval_vllm": (with_lm_eval, AS_FAST),
}
FROM_CACHE = "cached_from_turn_2"


def measured(work: Work, pairs: int, names: Iterable[str]) -> dict[str, dict[str, object]]:
    """Figures by name, the common form of `benchmarks/latest.json`; higher is better in each."""
    results: dict[str, dict[str, object]] = {}
    for name in names:
        if name == FROM_CACHE:
            os.environ.update(environment())
            results[name] = entry(cached_share(work), "of prompt tokens", CACHED)
            continue
        other, aim = OTHERS[name]
        found = ratios(with_vllm, other, work, pairs)
        results[name] = entry(statistics.median(found), f"median of {pairs} pairs", aim)
        results[name]["pairs"] = [round(ratio, 4) for ratio in found]
        results[name]["work"] = asdict(work)
    return results


def source() -> str:
    """lend_an_ear where it can be had, else starter."""
    from mint_bench.errors import MintError
    from mint_bench.sources import resolve

    try:
        resolve("lend_an_ear")
    except MintError:
        return "starter"
    return "lend_an_ear"


def main() -> None:
    """One side, for another process; without `--side` all of them, as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    every = [*OTHERS, FROM_CACHE]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(every)}")
    parser.add_argument("--side", choices=["ours", "bare", "lm_eval"])
    parser.add_argument("--engine", default="vllm")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--source")
    parser.add_argument("--conversations", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    given = parser.parse_args()
    work = Work(given.source or source(), given.conversations, given.tokens)
    if given.side:
        rate = {
            "ours": lambda: run_ours(work, given.folder, given.engine),
            "bare": lambda: run_bare(work),
            "lm_eval": lambda: run_lm_eval(work),
        }[given.side]()
        (given.folder / RATE).write_text(json.dumps(rate), encoding="utf-8")
    else:
        if unknown := set(given.names) - set(every):
            parser.error(f"no measure is called {min(unknown)}; there are: {', '.join(every)}")
        known = json.loads(LATEST_VLLM.read_text("utf-8")) if LATEST_VLLM.exists() else {}
        for name in given.names or every:
            results = measured(work, given.pairs, [name])
            Console().print(table(results))
            known |= results
            LATEST_VLLM.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        write_page()


if __name__ == "__main__":
    main()

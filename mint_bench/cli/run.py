"""`mint-bench run`: evaluate a model and write its record."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from mint_bench.cli.numbers import FiniteRange
from mint_bench.cli.plan import show_plan


@click.command()
@click.argument("model")
@click.option(
    "--task", type=click.Choice(["multi_turn", "gold_history"]), default="multi_turn",
    show_default=True, help="Own history (the headline) or the real conversation at each turn.",
)  # fmt: skip
@click.option("--source", default=None,
              help="Conversations: a name of `mint-bench data list` or file:PATH. "
              "Default: lend_an_ear; of a persona esconv:test.")  # fmt: skip
@click.option("--seeker", type=click.Choice(["scripted", "anchored", "persona"]),
              default="scripted", show_default=True,
              help="Who speaks for the seeker: `scripted` (the real lines; it does not hear the "
              "system), `anchored` (a model conveys the real lines, fitted to the reply) or "
              "`persona` (a model with a profile, a hidden intention and an emotion). The last "
              "two ask the role seeker.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), default=None,
              help="Only the first so many conversations.")  # fmt: skip
@click.option("--epochs", type=click.IntRange(1), default=1, show_default=True,
              help="Repetitions of each conversation.")  # fmt: skip
@click.option("--max-turns", type=click.IntRange(1), default=None,
              help="Replies after which a conversation ends.")  # fmt: skip
@click.option("--tagger", default="embedded", show_default=True,
              help="Which tagger: `embedded`, `embedded-fast`, or one that asks the role tagger: "
              "`llm` (a call a reply), `llm-binary` (a call a sentence and tactic, in this "
              "project's own words, of any model), `llm-published` (in the words that the "
              "published LoRA adapters were trained on); `none` leaves tactics out.")  # fmt: skip
@click.option("--judge", default="embedded", show_default=True,
              help="Which judge: `embedded`, `embedded-second`, or `llm`, `llm-reason`, "
              "`llm-joint`, `llm-joint-reason` (ask the role grader); `none` leaves ratings "
              "out.")  # fmt: skip
@click.option("--model-role", "model_roles", multiple=True, metavar="ROLE=MODEL[,MODEL]",
              help="The other models, as Inspect names them: `grader` (several are a panel), "
              "`tagger`, `seeker`. Never the model under test unless named here.")  # fmt: skip
@click.option("--also", default=None, metavar="NAME[,NAME]",
              help="Scorers beside the ranking: readability, polarity (need the extra `also`), "
              "follow_up_likelihood (the extra `hf`), safety, persona_consistency, relevance (ask "
              "the role grader).")  # fmt: skip
@click.option("--temperature", type=FiniteRange(0, 2), default=None,
              help="Other than the task's 0.7.")  # fmt: skip
@click.option("--max-tokens", type=click.IntRange(1), default=None,
              help="New tokens a reply, other than the task's 2048.")  # fmt: skip
@click.option("--truncate", type=click.Choice(["oldest"]), default=None,
              help="Leave out the oldest turns of a conversation that is longer than the model's "
              "context; its signature says so. Default: its reply is unscored.")  # fmt: skip
@click.option("--seed", type=int, default=None, help="For engines that take one.")
@click.option("--max-connections", type=click.IntRange(1), default=None,
              help="Requests at a time; for local models the batch.")  # fmt: skip
@click.option("--engine", type=click.Choice(["auto", "vllm", "transformers"]), default="auto",
              show_default=True, help="What runs local weights: vLLM where it can run, else "
              "transformers.")  # fmt: skip
@click.option("--base-url", "base_urls", multiple=True, metavar="URL",
              help="A server that has MODEL already (any OpenAI-compatible one). Several share the "
              "conversations, each of which stays with one.")  # fmt: skip
@click.option("--tensor-parallel-size", "tensor_parallel", type=click.IntRange(1), default=1,
              help="vLLM: GPUs that one copy of the weights is split over.")  # fmt: skip
@click.option("--data-parallel-size", "data_parallel", type=click.IntRange(1), default=1,
              help="vLLM: copies of the weights.")  # fmt: skip
@click.option("--vllm", multiple=True, metavar="NAME[=VALUE]",
              help="Further options of `vllm serve`, such as max_model_len=8192.")  # fmt: skip
@click.option("--ray", default=None, metavar="ADDRESS",
              help="vLLM: a Ray cluster whose machines run the copies (HOST:PORT, or auto for that "
              "of this machine, which must be one of its machines).")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only print the plan: calls, tokens and cost.")
@click.option("--max-cost", type=FiniteRange(0, min_open=True), default=None, metavar="USD",
              help="Stop when this call has spent so much; what is finished is kept.")  # fmt: skip
@click.option("--prices", type=click.Path(path_type=Path), default=None,
              help="File with prices of your own, in the form of tasks/prices.yaml.")  # fmt: skip
@click.option("--reply-tokens", type=click.IntRange(1), default=150, show_default=True,
              help="A reply's length as the plan assumes it, with hidden reasoning.")  # fmt: skip
@click.option("--log-dir", type=click.Path(path_type=Path), default=Path("logs"),
              show_default=True, help="Folder for Inspect's logs.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"),
              show_default=True, help="Folder of records.")  # fmt: skip
def run(
    model: str,
    dry_run: bool,
    max_cost: float | None,
    prices: Path | None,
    reply_tokens: int,
    log_dir: Path,
    out: Path,
    **options: Any,  # noqa: ANN401 - see Reach and RunRequest
) -> None:
    """Evaluate MODEL and write its record.

    MODEL is `embedded` (SmolLM2-135M, fetched once, needs the extra `hf`), `human` (the human
    supporters of the same conversations), a trivial system (`mint/silence`,
    `mint/always_validate`, `mint/copy_last`, `mint/random_tactics`, `mint/parrot`), a model as
    Inspect names it (PROVIDER/NAME), or weights: a name on the Hugging Face hub or a folder,
    BASE:ADAPTER with a LoRA adapter (a folder of an adapter names its base itself). For weights a
    vLLM server is started on this machine and ended with the run. Where an organisation is a
    provider too, vllm/ORGANISATION/NAME means the weights.

    The same command goes on where it was stopped, and gives the finished result again where it
    was not; a new sample of the same needs another --log-dir.

    \b
    Examples:
      mint-bench run embedded --source starter --max-tokens 128
      mint-bench run Qwen/Qwen3-4B
      mint-bench run vllm/BASE:ADAPTER --tensor-parallel-size 2
      mint-bench run runs/q_plus_d-24e2aac0/model
      mint-bench run Qwen/Qwen3-32B --ray auto --data-parallel-size 8
      mint-bench run openai/NAME --dry-run
      mint-bench run openai/NAME --max-cost 5
      mint-bench run openai-api/box/NAME --base-url http://gpu1:8000 --base-url http://gpu2:8000
      mint-bench run human --task gold_history
      mint-bench run openai/NAME --judge llm --model-role grader=openai/A,google/B
      mint-bench run openai/NAME --seeker anchored --model-role seeker=openai/OTHER
      mint-bench run openai/NAME --seeker persona --source file:profiles.yaml \\
        --model-role 'seeker={model: openai/OTHER, temperature: 0.9}'
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.cli.live import counted, live, waited_for
    from mint_bench.engines.decide import Reach
    from mint_bench.engines.plan import cell_plan, refuse_unpriced
    from mint_bench.engines.prices import load_prices
    from mint_bench.engines.progress import Watch
    from mint_bench.engines.request import RunRequest
    from mint_bench.engines.run import cell_of
    from mint_bench.engines.run import run as evaluate
    from mint_bench.records.wording import seeker_line

    reach = Reach(**{field.name: options.pop(field.name) for field in fields(Reach)})
    request, table = RunRequest(model, **options), load_prices(prices)
    if dry_run or max_cost is not None:
        plan = cell_plan(cell_of(request, reach), reach.for_roles(), table, reply_tokens)
        if dry_run:
            show_plan([plan], table, reply_tokens)
            return
        refuse_unpriced([plan])
    with live() as telling:
        watch = Watch(0, table, max_cost)
        result = evaluate(request, log_dir, out, reach, telling, watch)
    for line in counted(result.watch):
        click.echo(line, err=True)
    if result.watch.held and (told := waited_for(result.spent)):
        click.echo(told, err=True)
    if told := seeker_line(result.record):
        click.echo(f"seeker: {told}", err=True)
    click.echo(f"log: {result.log}", err=True)
    click.echo(f"record: {result.path}", err=True)
    if result.failed:
        click.echo(
            f"mint-bench: {result.failed} conversations failed; the record names them and holds "
            "them as unscored; the same command tries them again",
            err=True,
        )
        raise click.exceptions.Exit(1)

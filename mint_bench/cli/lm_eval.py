"""`mint-bench lm-eval`: lm-eval with our tasks added."""

import os
import sys

import click

from mint_bench.errors import MintError

INCLUDE = "--include_path"


@click.command(
    name="lm-eval",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[run|ls|validate] …")
def lm_eval(arguments: tuple[str, ...]) -> None:
    """Run lm-eval with the tasks of mint-bench added; all else goes to lm-eval as it is.

    Tasks: mint_gold_history (one reply at each supporter turn), mint_tactics (does the model
    recognise tactics), mint_empathy_rating (its agreement with experts), and mint, all three.
    `mint-bench import lm-eval` makes a record of the samples of the first.

    \b
    Options of mint_gold_history, given as --metadata NAME=VALUE:
      source=NAME          conversations: a name of `mint-bench data list`, or file:PATH
      conversations=N      only the first N of them
      max_turns=N          only the first N supporter turns of each
      system_prompt=FILE   another system prompt

    \b
    Examples:
      mint-bench lm-eval ls tasks
      mint-bench lm-eval run --model vllm --model_args pretrained=NAME --tasks mint \\
          --apply_chat_template --output_path out --log_samples
      mint-bench lm-eval validate --tasks mint
    """  # noqa: D301 - \b is click's mark for lines to keep
    if any(given == INCLUDE or given.startswith(f"{INCLUDE}=") for given in arguments):
        raise MintError(
            f"lm-eval takes one {INCLUDE}, which is ours here; to use another folder, run lm_eval "
            "itself"
        )
    # Idle threads must not spin: on a few cores that costs five times and more. It is heard only
    # before torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        from lm_eval.__main__ import cli_evaluate
    except ImportError:
        raise MintError("lm-eval is not installed: pip install 'mint-bench[lm-eval]'") from None
    from mint_bench.resources import resource

    ours = [INCLUDE, str(resource("tasks", "lm_eval"))] if arguments else []
    kept, sys.argv = sys.argv, ["lm-eval", *arguments, *ours]
    try:
        cli_evaluate()
    finally:
        sys.argv = kept

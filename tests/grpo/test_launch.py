"""The launch lines of the recipes: each is understood by its program and splits no group."""

import shlex
from functools import reduce

import pytest

from mint_bench.cli.train import train as command
from mint_bench.grpo.prepare import batching, most_tokens
from mint_bench.grpo.recipe_files import load_recipe, recipe_names

MANY = 100_000  # cases: more than any step needs

LINES = [
    (name, line)
    for name in recipe_names()
    for launch in [load_recipe(name).launch]
    for line in (launch.one_gpu, launch.one_node, *launch.many_nodes)
    if line
]


def started(words):
    """The recipe that `mint-bench train …` would train, as click reads the words."""
    assert words[:2] == ["mint-bench", "train"]
    options = command.make_context("train", words[2:]).params
    return options["recipe"], load_recipe(options["recipe"], options["overrides"])


def accelerated(words):
    """Processes, and the words that each of them runs, as accelerate reads them."""
    launch = pytest.importorskip("accelerate.commands.launch")
    found = launch.launch_command_parser().parse_args(words)
    assert found.no_python
    assert found.num_processes % (found.num_machines or 1) == 0
    return found.num_processes, [found.training_script, *found.training_script_args]


@pytest.mark.parametrize(("name", "line"), LINES)
def test_a_launch_line_is_understood_and_splits_no_group(name, line):
    places = {"RANK": "1", "ADDRESS": "10.0.0.1", "SERVER": "10.0.0.2"}
    words = shlex.split(reduce(lambda told, name: told.replace(name, places[name]), places, line))
    if words[:2] == ["trl", "vllm-serve"]:
        script = pytest.importorskip("trl.scripts.vllm_serve")
        [served] = script.make_parser().parse_args_and_config(words[2:])
        recipe = load_recipe(name, ("rollout.vllm=colocate",))
        assert served.model == recipe.model.name
        assert served.max_model_len == most_tokens(recipe, None)
        return
    processes = 1
    if words[:2] == ["accelerate", "launch"]:
        processes, words = accelerated(words[2:])
    called, recipe = started(words)
    assert called == name
    assert batching(recipe, MANY, processes).steps
    if "ADDRESS" in line and recipe.reward:
        assert recipe.rollout.vllm == "server"
        assert "ADDRESS" not in str(recipe.rollout.vllm_url)  # its GPUs are taken by the training


def test_all_but_the_tiny_recipe_say_how_to_start_on_one_gpu_one_node_and_many():
    for name in recipe_names():
        launch = load_recipe(name).launch
        assert launch.one_gpu
        assert name == "tiny_cpu" or (launch.one_node and launch.many_nodes)

"""What every run imports and reads: once, in the process that the runs are forked from."""

from importlib import import_module

from inspect_ai.model import get_model_info

from mint_bench.inspect_plugin.instruments import judge_named, tagger_named
from mint_bench.sources import resolve

for _name in (
    "inspect_ai.agent._acp.server",
    "inspect_ai.model._providers.providers",
    "mint_bench.cli.run",
    "mint_bench.cli.suite",
    "mint_bench.engines.evaluating",
    "mint_bench.inspect_plugin.logs",
    "mint_bench.inspect_plugin.registry",
    "openai",
):
    import_module(_name)
get_model_info("nobody/nothing")
tagger_named("embedded-fast")
judge_named("llm-joint")
resolve("starter")

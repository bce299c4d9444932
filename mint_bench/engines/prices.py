"""What models cost: `tasks/prices.yaml`, the user's own file before it.

For plans, for stopping in time, and for what a record says its run cost; no score depends on it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.engines.decide import BARE
from mint_bench.errors import MintError
from mint_bench.files import read_model
from mint_bench.inspect_plugin.board import PRICES
from mint_bench.inspect_plugin.price import NOTHING, Price
from mint_bench.resources import resource

if TYPE_CHECKING:
    from inspect_ai.model import ModelUsage

FREE = frozenset({
    "human",
    "embedded",
    "mint",
    "mockllm",
    "none",
    "hf",
    "vllm",
    "sglang",
    "ollama",
    "llama-cpp-python",
})
"""Providers that nobody is paid for by the token."""

_DATED = re.compile(r"[-@](latest|\d{8}|\d{4}-\d{2}-\d{2})$")


class PriceSource(BaseModel):
    """Where a provider's prices come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: str = Field(pattern=r"^https://")
    as_of: str = Field(pattern=r"^\d{4}-\d{2}$", description="Month when they were known to hold")
    checked: bool = Field(description="Whether they were compared with the page then")


class PriceTable(BaseModel):
    """`prices.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: dict[str, PriceSource] = Field(default_factory=dict)
    models: dict[str, Price]


@dataclass(frozen=True)
class Prices:
    """Prices by the models' names as Inspect writes them.

    Attributes:
        models: The user's entries before the shipped ones.
        sources: Of the shipped ones, by provider.
        own: Names of the user's entries.
    """

    models: dict[str, Price]
    sources: dict[str, PriceSource] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def told(self, models: Iterable[str]) -> str:
        """How far the shipped prices of these models can be relied on; nothing if none is used.

        >>> source = PriceSource(page="https://a.b", as_of="2025-12", checked=False)
        >>> table = Prices({"a/x": Price(input=1, output=2)}, {"a": source})
        >>> table.told(["a/x", "mint/parrot"])
        'a as of 2025-12, unchecked (https://a.b)'
        """
        names = {_DATED.sub("", model) for model in models}
        shipped = {name.partition("/")[0] for name in names & (set(self.models) - self.own)}
        return "; ".join(
            f"{provider} as of {source.as_of}{'' if source.checked else ', unchecked'} "
            f"({source.page})"
            for provider, source in self.sources.items()
            if provider in shipped
        )

    def price(self, model: str) -> Price | None:
        """A model's price; None where it is not known.

        >>> table = Prices({"openai/gpt-x": Price(input=1, output=2)})
        >>> table.price("openai/gpt-x-2026-01-31").output, table.price("openai/gpt-y")
        (2.0, None)
        >>> table.price("spread/openai/gpt-x").output
        2.0
        >>> bare = Prices({"gpt-x": Price(input=1, output=2)})
        >>> bare.price("spread/openai-api/server/gpt-x").output, bare.price("gpt-y")
        (2.0, None)
        """
        model = as_priced(model)
        if found := self.models.get(model) or self.models.get(_DATED.sub("", model)):
            return found
        return NOTHING if model.partition("/")[0] in FREE else None

    def cost(self, model: str, usage: "ModelUsage") -> float | None:
        """US dollars for what a model used; None where its price is not known."""
        price = self.price(model)
        return None if price is None else price.of_usage(usage)

    def kept(self, models: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What a log's metadata say of its models' prices; nothing where nobody is paid.

        >>> table = Prices({"a/x": Price(input=1, output=2)})
        >>> table.kept(["a/x", "mint/parrot"])["mint_bench_prices"]["a/x"]["output"]
        2.0
        >>> table.kept(["mint/parrot", "a/y"])
        {}
        """
        known = {model: price for model in models if (price := self.price(model))}
        if all(price == NOTHING for price in known.values()):
            return {}
        return {PRICES: {model: price.model_dump() for model, price in known.items()}}


def as_priced(model: str) -> str:
    """A model's name as a table of prices has it.

    On how many servers it is changes no price, nor that a bare name is a server's own.

    >>> as_priced("spread/openai/gpt-x"), as_priced("spread/openai-api/server/gpt-x")
    ('openai/gpt-x', 'gpt-x')
    """
    return model.removeprefix("spread/").removeprefix(BARE)


def load_prices(own: Path | None = None) -> Prices:
    """The shipped prices, and the user's before them.

    Raises:
        MintError: If the user's file is missing or not in form.
    """
    shipped = read_model(resource("tasks", "prices.yaml"), PriceTable)
    users = read_model(own, PriceTable).models if own else {}
    return Prices({**shipped.models, **users}, shipped.sources, frozenset(users))


def no_usage(model: str) -> MintError:
    """What is said where a cost is to be watched and a model does not say what it used."""
    return MintError(
        f"--max-cost: {as_priced(model)} answers without the number of tokens it used, so what it "
        "costs cannot be counted; leave out --max-cost, or reach it on a server that sends `usage`"
    )


def no_price(model: str) -> MintError:
    """What is said where a cost is to be watched and a model has no price."""
    return MintError(
        f"--max-cost: the price of {as_priced(model)} is not known; write it into a file, in US "
        f"dollars a million tokens, `models: {{{as_priced(model)}: {{input: 1.5, output: 6}}}}`, "
        "and give --prices FILE"
    )

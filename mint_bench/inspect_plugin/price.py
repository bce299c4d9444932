"""What a model costs by the token, as a run keeps it in its log."""

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, RootModel

if TYPE_CHECKING:
    from inspect_ai.model import ModelUsage

MILLION = 1_000_000


class Price(BaseModel):
    """US dollars per million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    input: float = Field(ge=0)
    output: float = Field(ge=0, description="Hidden reasoning included")
    cached: float | None = Field(default=None, ge=0, description="Prompt tokens out of a cache")

    def of(self, fresh: float, cached: float, output: float) -> float:
        """US dollars for so many tokens.

        >>> Price(input=1, cached=0.5, output=2).of(1_000_000, 2_000_000, 500_000)
        3.0
        """
        per_cached = self.input if self.cached is None else self.cached
        return (fresh * self.input + cached * per_cached + output * self.output) / MILLION

    def of_usage(self, usage: "ModelUsage") -> float:
        """US dollars for what a model used."""
        fresh = usage.input_tokens + (usage.input_tokens_cache_write or 0)
        return self.of(fresh, usage.input_tokens_cache_read or 0, usage.output_tokens)


NOTHING = Price(input=0, output=0)


class KeptPrices(RootModel[dict[str, Price]]):
    """The prices of a log's models, by their names in it."""

"""What a log says of its board, beside what Inspect writes anyway: a task's metadata."""

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.scoring import History

BOARD = "mint_bench"
"""Key of a task's metadata; a log without it is of another benchmark."""

COMMAND = "mint_bench_command"
"""Key of a run's metadata: the command that started it, where ours did."""

HARDWARE = "mint_bench_hardware"
"""Key of a run's metadata: what the model ran on, where that is this machine."""

PRICES = "mint_bench_prices"
"""Key of a run's metadata: what its models cost by the token, where anyone is paid."""

TAGGER_REF, JUDGE_REFS, SEEKER_REF = "tagger", "judges", "seeker"
"""Keys of a score's metadata: the instruments that made it, and the simulated seeker."""

REGRADED = "mint_bench_regraded"
"""Key of a run's metadata: that it was scored again, in one line."""

MODEL_REVISION = "mint_bench_model_revision"
"""Key of a run's metadata: what pins the weights."""

OPEN_WEIGHTS = "mint_bench_open_weights"
"""Key of a run's metadata: that anyone can have the weights, where that is known for sure."""


SAMPLING = (
    "temperature", "top_p", "top_k", "max_tokens", "seed", "frequency_penalty",
    "presence_penalty", "reasoning_effort", "reasoning_tokens", "stop_seqs",
)  # fmt: skip
"""Options of a model that shape what it generates."""


class RunBoard(BaseModel):
    """Source, history and prompt of a run; tagger and judge stand with the scores."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    revision: str
    history: History
    seeker: str | None
    max_turns: int | None = Field(default=None, ge=1)
    truncate: str | None = None
    system_prompt_sha: str | None
    version: str
    python: str

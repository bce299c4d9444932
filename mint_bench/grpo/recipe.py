"""A training recipe as data: `recipes/*.yaml`, every setting checked before anything is loaded.

Settings are only described here; what they do stands where they are used, and how a file of them
is found and read in `recipe_files`.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mint_bench.grpo.rewards import VARIANTS

NAME = r"[a-z0-9][a-z0-9_]*"
Style = Literal["vanilla", "tactics", "tactics_history"]
Variant = Literal["q", "d", "q_plus_d", "q_plus_h", "q_plus_d_plus_h", "q_times_d", "q_minus_r"]
TAGGER = "embedded-fast"
"""Who tags what is learned from, where a recipe does not say otherwise."""


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class LoraSettings(_Settings):
    """Low-rank adapters in place of all weights."""

    rank: int = Field(default=16, ge=1)
    alpha: int = Field(default=32, ge=1)
    modules: str | tuple[str, ...] = Field(
        default="all-linear", description="Which layers, as peft names them"
    )


class ModelSettings(_Settings):
    """What is trained."""

    name: str = Field(
        min_length=1, description="`embedded`, a folder, or a hub name, in the form of transformers"
    )
    revision: str | None = None
    precision: Literal["float32", "bfloat16"] = Field(
        default="bfloat16", description="What is computed in; trained weights are float32 always"
    )
    lora: LoraSettings | None = Field(default=None, description="null trains all weights")
    adapter: str | None = Field(default=None, description="Folder of a LoRA adapter to go on from")
    chat_template: dict[str, bool | str] = Field(
        default_factory=dict, description="Arguments of the chat template"
    )


class DataSettings(_Settings):
    """What it learns from."""

    source: str = "mint_train"
    prompt: Style = "vanilla"
    held_out: float = Field(
        default=0.0, ge=0, lt=1, description="Share of conversations kept from training"
    )
    limit: int | None = Field(default=None, ge=1, description="Only so many conversations")
    most_prompt_tokens: int = Field(
        default=4096, ge=16, description="Longer prompts are left out and counted"
    )


class QualitySettings(_Settings):
    """Where Q comes from."""

    source: Literal["judge", "reward_model", "follow_up_likelihood", "final_emotion"] = Field(
        default="judge", description="final_emotion: how the persona feels at the end, 0 to 100"
    )
    judge: str = Field(default="embedded", description="Name of a judge of the bench")
    model: str | None = Field(
        default=None,
        description="Reward model, the LLM judge's PROVIDER/MODEL, or the follow-up's language "
        "model: folder or hub name",
    )
    revision: str | None = Field(
        default=None, description="Of a reward model or language model that is loaded from the hub"
    )
    url: str | None = Field(default=None, description="Server of the reward model, if it is served")
    batch: int = Field(default=8, ge=1)

    @property
    def loads(self) -> str | None:
        """The model that this process loads, of a served one its tokenizer; None where none is."""
        return self.model if self.source in {"reward_model", "follow_up_likelihood"} else None


class ShapingSettings(_Settings):
    """How quality is scaled within a group; the other terms are min-max scaled always."""

    kind: Literal["min_max", "centred_sigmoid", "clip", "clip_delta"] = "min_max"
    at: float = Field(default=3.0, description="Centre of the sigmoid, or the clip's ceiling")


class RewardSettings(_Settings):
    """R = ℓ · (Q + w·(γ_D·D + γ_H·H)) + penalty, by its variant."""

    variant: Variant
    weight: float = Field(default=1.0, ge=0, description="w")
    quality: QualitySettings = QualitySettings()
    shaping: ShapingSettings = ShapingSettings()
    tagger: str = TAGGER


class RolloutSettings(_Settings):
    """How replies are drawn."""

    mode: Literal["turn", "conversation"] = Field(
        default="turn", description="One reply to a real history, or a whole conversation"
    )
    seeker: Literal["scripted", "persona"] = Field(
        default="scripted", description="In whole conversations: the real lines, or a model's"
    )
    seeker_model: str | None = Field(
        default=None, description="The persona's PROVIDER/MODEL, as Inspect has it"
    )
    reward_per: Literal["turn", "conversation"] = Field(
        default="turn", description="In whole conversations: what an advantage is computed for"
    )
    max_turns: int = Field(default=6, ge=2, description="Replies in a whole conversation")
    replies: int = Field(default=8, ge=2, description="Replies to one prompt: a group")
    temperature: float = Field(default=1.0, gt=0, le=2)
    most_new_tokens: int = Field(default=2048, ge=1, description="New tokens a reply")
    vllm: Literal["colocate", "server"] | None = Field(
        default=None, description="null draws with transformers"
    )
    vllm_url: str | None = None
    vllm_memory: float = Field(default=0.3, gt=0, lt=1, description="Share of a GPU, colocated")


class TrainingSettings(_Settings):
    """How it learns."""

    learning_rate: float = Field(default=1e-6, gt=0)
    kl: float = Field(default=0.01, ge=0, description="β of the KL to the untrained model")
    entropy_bonus: float = Field(default=0.0, ge=0, description="Of each token's distribution")
    prompts_per_step: int = Field(default=24, ge=1)
    per_device: int = Field(default=8, ge=1, description="Sequences in memory at a time")
    epochs: int = Field(default=3, ge=1)
    max_steps: int | None = Field(default=None, ge=1, description="Ends earlier than the epochs")
    warmup_steps: int = Field(default=0, ge=0)
    seed: int = Field(default=42, ge=0, lt=2**32)
    gradient_checkpointing: bool = False
    save_every: int = Field(default=25, ge=1, description="Steps between checkpoints")
    keep: int = Field(default=2, ge=1, description="Checkpoints that are kept")
    sample_every: int = Field(default=1, ge=1, description="Steps between sample transcripts")
    trackers: tuple[str, ...] = Field(default=("tensorboard",), description="As TRL names them")


class WatchSettings(_Settings):
    """The bench itself, while it learns."""

    every: int | None = Field(default=25, ge=1, description="Steps; null watches at the end only")
    source: str = "lend_an_ear"
    conversations: int = Field(default=20, ge=1)
    max_turns: int | None = Field(default=None, ge=1)
    most_new_tokens: int = Field(default=512, ge=1)
    temperature: float = Field(default=0.7, ge=0, le=2)
    batch: int = Field(default=16, ge=1)
    tagger: str = "embedded"
    judge: str = Field(default="embedded", description="Name of a judge of the bench")
    judge_model: str | None = Field(default=None, description="The LLM judge's PROVIDER/MODEL")
    on_divergence: Literal["warn", "stop"] = "warn"
    patience: int = Field(default=3, ge=2, description="Looks that a divergence must last")


class LaunchLines(_Settings):
    """How it is started, for people."""

    one_gpu: str
    one_node: str | None = None
    many_nodes: tuple[str, ...] = Field(
        default=(),
        description="SERVER, which draws, is a machine of its own; ADDRESS is the first of those "
        "that train. The run's folder lies on a disk that they share",
    )


class Recipe(_Settings):
    """One training, whole."""

    name: str = Field(pattern=rf"^{NAME}$")
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    method: Literal["grpo", "sft"] = "grpo"
    model: ModelSettings
    data: DataSettings = DataSettings()
    reward: RewardSettings | None = None
    rollout: RolloutSettings = RolloutSettings()
    training: TrainingSettings = TrainingSettings()
    watch: WatchSettings = WatchSettings()
    launch: LaunchLines

    @property
    def quality(self) -> QualitySettings | None:
        """Where quality comes from; None where the reward, if there is one, has no such term."""
        if self.reward is None or not VARIANTS[self.reward.variant].needs_quality:
            return None
        return self.reward.quality

    @property
    def quality_source(self) -> str | None:
        """The kind of it."""
        return self.quality.source if self.quality else None

    @property
    def tagger(self) -> str:
        """Who tags the real turns that prompts tell of, and the replies that are rewarded."""
        return self.reward.tagger if self.reward else TAGGER

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.method == "grpo") != (self.reward is not None):
            raise ValueError("`reward` belongs to method grpo, and only there")
        if self.reward is None:
            return self
        whole = self.rollout.mode == "conversation"
        if self.reward.variant == "q_minus_r" and not whole:
            raise ValueError(
                "q_minus_r looks at the model's own previous turn: set rollout.mode: conversation"
            )
        if self.reward.shaping.kind == "clip_delta" and not (
            whole and self.rollout.reward_per == "turn"
        ):
            raise ValueError(
                "clip_delta compares the turns of a conversation: set rollout.mode: conversation "
                "and rollout.reward_per: turn"
            )
        if whole and self.data.prompt == "tactics_history":
            raise ValueError(
                "data.prompt: tactics_history tells one fixed previous turn; in whole "
                "conversations choose vanilla or tactics"
            )
        if self.rollout.vllm == "server" and self.rollout.vllm_url is None:
            raise ValueError("rollout.vllm_url: name the server, such as http://127.0.0.1:8000")
        self._seeker_fits()
        return self

    def _seeker_fits(self) -> None:
        rollout, persona = self.rollout, self.rollout.seeker == "persona"
        if persona and rollout.mode != "conversation":
            raise ValueError("a persona holds whole conversations: set rollout.mode: conversation")
        if persona != (rollout.seeker_model is not None):
            raise ValueError(
                "rollout.seeker: persona and rollout.seeker_model: PROVIDER/MODEL go together"
            )
        source = self.quality_source
        if persona and source == "follow_up_likelihood":
            raise ValueError(
                "follow_up_likelihood looks at the real next line, which a persona does not say: "
                "set rollout.seeker: scripted or another reward.quality.source"
            )
        if source != "final_emotion":
            return
        if not persona or rollout.reward_per != "conversation":
            raise ValueError(
                "final_emotion is a persona's at the end of a conversation: set rollout.seeker: "
                "persona and rollout.reward_per: conversation"
            )

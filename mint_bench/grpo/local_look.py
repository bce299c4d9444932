"""A look at a model in this process: it holds the watched conversations; their figures are kept.

It draws under a seed of its own and leaves the training's draws alone; the same step is looked at
once. What is measured stands in `watch`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any

from mint_bench.conversation import Reply
from mint_bench.files import read_json, write_json
from mint_bench.grpo import processes
from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.models import context_of, room
from mint_bench.grpo.recipe import Recipe, WatchSettings
from mint_bench.grpo.watch import Batch, Look, Watch, write_replies
from mint_bench.replay.chat import ChatLine
from mint_bench.resources import ids_sha, sha256_text
from mint_bench.scoring import ScoredConversation

LOOKS = "looks"
"""Folder of the figures of each look."""

REPLIES = "held_out.jsonl"
"""What was said at the last look."""

Now = Callable[[str], None]
"""Shows what is going on, in one line that the next replaces."""


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at a model as it is.

    Attributes:
        recipe: Sampling, seed, and what is watched.
        tokens: The model's.
        watch: Measures.
        folder: Of the run.
    """

    recipe: Recipe
    tokens: DialogueTokens
    watch: Watch
    folder: Path

    def at(self, step: int, model: Any, now: Now = lambda _: None) -> Look:  # noqa: ANN401 - untyped
        """The look at a step: as it was kept, else held and measured now.

        Every process holds the conversations, as sharded weights need it; the first one asks the
        judge, and all are told.

        Args:
            step: Of the training; 0 for the untrained model.
            model: Of transformers, as it is.
            now: Told how far it is.
        """
        kept = processes.shared(self._kept(step) if processes.is_first() else None)
        if kept is not None:
            return kept
        replies = self._held(model, now)
        now("held out: scoring")
        look = processes.shared(self.watch.measure(replies) if processes.is_first() else None)
        if look is None:  # the first process always has one
            raise ValueError("no look was shared")
        if processes.is_first():
            self._keep(step, look)
            write_replies(replies, self.watch, self.folder / REPLIES)
        return look

    def _held(self, model: Any, now: Now) -> list[tuple[Reply, ...]]:  # noqa: ANN401
        held = 0

        def written(replies: int) -> None:
            nonlocal held
            held += replies
            now(f"held out: {held} of {self.watch.turns} turns")

        written(0)
        training, seed = model.training, self.recipe.training.seed
        model.eval()
        try:
            return self.watch.hold(
                local_batch(model, self.tokens, self.recipe.watch, seed, written)
            )
        finally:
            model.train(training)

    def _path(self, step: int) -> Path:
        return self.folder / LOOKS / f"step-{step:06d}.json"

    def _pins(self) -> str:
        """What a look's figures follow from, beside the weights."""
        watch = self.watch
        return sha256_text(
            self.recipe.model.model_dump_json(),
            self.recipe.watch.model_dump_json(exclude={"every", "on_divergence", "patience"}),
            str(self.recipe.training.seed),
            ids_sha({one.id for one in watch.conversations}),
            watch.tagger.sha,
            *(ref.model_dump_json() for ref in watch.judge.refs()),
        )

    def _kept(self, step: int) -> Look | None:
        path = self._path(step)
        if not path.exists():
            return None
        found = read_json(path)
        if found["pins"] != self._pins():
            return None
        scored = [ScoredConversation.model_validate(one) for one in found["scored"]]
        return Look(found["numbers"], scored)

    def _keep(self, step: int, look: Look) -> None:
        scored = [one.model_dump(mode="json") for one in look.scored]
        write_json(
            self._path(step), {"pins": self._pins(), "numbers": look.numbers, "scored": scored}
        )


def local_batch(
    model: Any,  # noqa: ANN401
    tokens: DialogueTokens,
    settings: WatchSettings,
    seed: int,
    written: Callable[[int], None] = lambda _: None,
) -> Batch:
    """Replies of a model in this process, drawn under a seed and without touching other draws.

    Nothing that its makers recommend for drawing acts, such as a penalty on repetition.

    Args:
        model: Of transformers.
        tokens: The model's.
        settings: Sampling and batch.
        seed: The same at every look.
        written: Told how many replies were written, each time some were.
    """
    import torch

    tokenizer = tokens.tokenizer
    context = context_of(model)
    longest = context and room(settings.most_new_tokens, context, "watch")
    full = Reply("", failure=f"the conversation leaves no room in a context of {context} tokens")
    ends = ends_of(model, tokenizer)

    def batch(histories: Sequence[Sequence[ChatLine]]) -> list[Reply]:
        replies: list[Reply] = []
        for start in range(0, len(histories), settings.batch):
            chosen = histories[start : start + settings.batch]
            prompts = [tokens.opening(tokens.messages(seen)) for seen in chosen]
            fits = [longest is None or len(ids) <= longest for ids in prompts]
            fitting = list(compress(prompts, fits))
            drawn = iter(draw(fitting) if fitting else [])
            replies += [next(drawn) if fit else full for fit in fits]
            written(len(chosen))
        return replies

    def draw(prompts: list[list[int]]) -> list[Reply]:
        padded = tokenizer.pad({"input_ids": prompts}, padding_side="left", return_tensors="pt").to(
            model.device
        )
        sampling: dict[str, Any] = {"do_sample": settings.temperature > 0}
        if settings.temperature > 0:
            sampling |= {
                "temperature": settings.temperature, "top_k": 0, "top_p": 1.0, "min_p": None,
            }  # fmt: skip
        with torch.no_grad():  # not inference_mode: FSDP keeps what it gathers
            found = model.generate(
                input_ids=padded["input_ids"],
                attention_mask=padded["attention_mask"],
                max_new_tokens=settings.most_new_tokens,
                pad_token_id=tokenizer.pad_token_id,
                eos_token_id=ends,
                repetition_penalty=1.0,
                no_repeat_ngram_size=0,
                **sampling,
            )[:, padded["input_ids"].shape[1] :]
        return [_reply(ids.tolist(), tokens, ends, settings.most_new_tokens) for ids in found]

    def seeded(histories: Sequence[Sequence[ChatLine]]) -> list[Reply]:
        nonlocal seed
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            seed += 1
            return batch(histories)

    return seeded


def ends_of(model: Any, tokenizer: Any) -> list[int]:  # noqa: ANN401
    """Tokens that end a reply: the model's and the tokenizer's, as when training draws."""
    own = model.generation_config.eos_token_id
    named = own if isinstance(own, list) else [own]
    return sorted({one for one in (*named, tokenizer.eos_token_id) if one is not None})


def _reply(ids: list[int], tokens: DialogueTokens, ends: Sequence[int], most: int) -> Reply:
    length = next((place for place, one in enumerate(ids) if one in ends), len(ids))
    kept = ids[:length]
    text = tokens.text(kept)
    [seen] = tokens.counts([text]) if tokens.reasoned(kept) else [length]
    return Reply(
        text,
        tokens=seen,
        reasoning_tokens=max(0, length - seen) or None,
        cut_off=length == len(ids) >= most,
        failure=None if text else "nothing visible in the reply",
    )

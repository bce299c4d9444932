"""Follow-up likelihood under a local language model: a figure beside the ranking, and a reward.

A plain callable: replies with what came before and after them in, a number each out. The formula
stands in `metrics.follow_up`; no framework that evaluates or trains is known here.
"""

import copy
import importlib.util
import math
import os
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from mint_bench.beside import NO_REPLY, FollowUp
from mint_bench.conversation import Speaker, Turn
from mint_bench.errors import MintError, on_one_line
from mint_bench.language import not_english
from mint_bench.local_models.commit import commit_of
from mint_bench.local_models.embedded_model import HUB_NAME, REVISION, embedded_model_path
from mint_bench.metrics.follow_up import first_that_fits, follow_up_gain, shared
from mint_bench.metrics.measured import Measured, missing
from mint_bench.replay.chat import SILENCE, ChatLine, as_line

NEEDED = ("torch", "transformers")
CONTEXT = 2_048
NO_NEXT_LINE = "no real line of the seeker's follows"
NO_WORDS = "nothing to foresee in the seeker's next line"

_PLACE = "\ue000next line\ue001"
"""Stands in the chat template where the seeker's line goes; private characters, in no text."""

_FRAME = 8  # tokens that a template puts around a turn, roughly; the fit is checked after it
_LOGITS = 100_000_000  # numbers that a batch may fill: 400 MB

Row = tuple[tuple[int, ...], tuple[int, ...]]
"""Token ids of a context, and of the line that is expected after it."""


LogProbs = list[float] | str
"""The logarithm of p of each token of a row's line, or why there is none."""


class FollowUpLikelihood:
    """How much better each reply lets a language model foresee the seeker's next line.

    Only the tokens of the line itself count, not those that the chat template puts around it. It
    is cut into tokens apart from its context, so these are the same after reply and silence. A
    history that is too long loses its oldest turns, on both sides alike, and always begins with
    the seeker, as many templates ask. What looks like a special token inside a text is broken
    up: no reply can close its own turn and speak for the seeker.

    Args:
        model: Folder or hub name of a chat model in the form of transformers; the embedded model
            by default, which is weak and knows English only.
        revision: On the hub; what the name means now by default.
        context: Tokens that the model is shown at most.
        batch: Replies to one history at a time.
        device: As torch names it; CUDA where there is one by default.

    Attributes:
        how: The model and the formula, for the record.

    Raises:
        MintError: If a library is missing, or the model cannot be loaded or takes no chat.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        revision: str | None = None,
        context: int = CONTEXT,
        batch: int = 8,
        device: str | None = None,
    ) -> None:
        absent = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if absent:
            raise MintError(
                f"follow-up likelihood needs {', '.join(absent)}: pip install 'mint-bench[hf]'"
            )
        # At batch 1 libgomp's spin wait costs five times and more; read when torch is loaded.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        self._english_only = model is None
        where = str(model or embedded_model_path())
        self._tokenizer, self._model, commit = _load(where, revision, device)
        longest = getattr(self._model.config, "max_position_embeddings", None) or context
        self._context, self._batch = min(context, longest), batch
        self._special = special_tokens(self._tokenizer)
        self._prefix: Sequence[int] = ()
        self._past: Any = None
        self._lock = threading.Lock()  # the memory of the prefix is one for all callers
        self._try_template(model)
        self.how = (
            f"ln p a token of the seeker's next line after the reply minus after silence, under "
            f"{_name(model, commit)}, {self._context} tokens of context"
        )

    def __call__(self, cases: Iterable[FollowUp]) -> list[Measured]:
        """Nats a token for each case, in order; above 0 where the reply helps.

        No number, with a reason, where there is no reply or no next line, where the two leave no
        room for the seeker's turn between them, or where the embedded model meets another
        language than English. Keep replies to one history next to each other, and a
        conversation's in their order: what they have in common is computed once.
        """
        with self._lock:
            prepared = [self._prepare(case) for case in cases]
            found = self._log_probs([pair for pair in prepared if isinstance(pair, tuple)])
        return [
            _gain(found[pair[0]], found[pair[1]]) if isinstance(pair, tuple) else pair
            for pair in prepared
        ]

    def _try_template(self, model: str | Path | None) -> None:
        from jinja2 import TemplateError

        try:
            fits = self._context_ids([ChatLine("user", SILENCE)], SILENCE)
        except (TemplateError, ValueError, TypeError, KeyError) as error:
            raise MintError(
                f"{model}: its chat template takes no plain conversation ({on_one_line(error)}); "
                "choose another model"
            ) from None
        if not fits:
            raise MintError(f"{model}: its chat template shows no user's words; choose another")

    def _prepare(self, case: FollowUp) -> tuple[Row, Row] | Measured:
        """The line after the reply and after silence, or why there is nothing to compare."""
        reply, line = case.reply.strip(), (case.next_line or "").strip()
        if not reply:
            return missing(NO_REPLY)
        if case.next_line is None:
            return missing(NO_NEXT_LINE)
        foreign = not_english(reply, case.language) or not_english(line, case.language)
        if foreign and self._english_only:
            return missing(foreign)
        expected = self._ids(line)
        if not expected:
            return missing(NO_WORDS)
        contexts = self._contexts(case.history, reply, len(expected))
        if contexts is None:
            return missing(f"reply and next line are longer than {self._context} tokens")
        return (contexts[0], expected), (contexts[1], expected)

    def _contexts(
        self, history: Sequence[Turn], reply: str, expected: int
    ) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """The context up to the line, with the reply and with silence; None if none fits."""
        lengths = [len(self._ids(turn.text)) + _FRAME for turn in history]
        room = self._context - expected - len(self._ids(reply)) - 2 * _FRAME
        for start in range(first_that_fits(lengths, room), len(history)):
            if history[start].speaker is not Speaker.SEEKER:
                continue
            lines = [as_line(turn) for turn in history[start:]]
            pair = self._context_ids(lines, reply), self._context_ids(lines, SILENCE)
            if max(map(len, pair)) + expected <= self._context:
                return pair
        return None

    def _context_ids(self, lines: Sequence[ChatLine], reply: str) -> tuple[int, ...]:
        said = [*lines, ChatLine("assistant", reply), ChatLine("user", _PLACE)]
        text = self._tokenizer.apply_chat_template(
            [{"role": line.role, "content": broken_up(line.text, self._special)} for line in said],
            tokenize=False,
        )
        return self._encode(text.rpartition(_PLACE)[0])

    def _ids(self, text: str) -> tuple[int, ...]:
        return self._encode(broken_up(text, self._special))

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def _log_probs(self, pairs: Sequence[tuple[Row, Row]]) -> dict[Row, LogProbs]:
        """What the model says of each row, or why it says nothing (no memory left, say).

        Neighbours with one history are computed together: it is read once, and so is what it
        has in common with the history before it.
        """
        found: dict[Row, LogProbs] = {}
        for silent, group in groupby(pairs, key=lambda pair: pair[1]):
            rows = list(dict.fromkeys([silent, *(row for row, _ in group)]))
            common = min(shared(silent[0][:-1], context[:-1]) for context, _ in rows)
            for batch in self._batches(rows, common):
                try:
                    found |= zip(batch, self._forward(batch, silent[0][:common]), strict=True)
                except RuntimeError as error:
                    found |= dict.fromkeys(batch, f"model failed: {on_one_line(error)}")
        return found

    def _batches(self, rows: Sequence[Row], prefix: int) -> Iterator[list[Row]]:
        """The rows in order, as many at a time as `batch` and the memory for logits allow."""
        vocabulary = self._model.config.get_text_config().vocab_size
        batch: list[Row] = []
        for row in rows:
            width = max(len(context) + len(line) - prefix for context, line in [*batch, row])
            full = (len(batch) + 1) * width * vocabulary > _LOGITS or len(batch) == self._batch
            if batch and full:
                yield batch
                batch = []
            batch.append(row)
        yield batch

    def _forward(self, rows: Sequence[Row], prefix: Sequence[int]) -> list[list[float]]:
        """One forward pass over what follows the prefix, padded on the right."""
        import torch

        ends = [torch.tensor([*context[len(prefix) :], *line]) for context, line in rows]
        ids = torch.nn.utils.rnn.pad_sequence(ends, batch_first=True).to(self._model.device)
        with torch.inference_mode():
            past = copy.deepcopy(self._read(prefix))
            past.batch_repeat_interleave(len(rows))
            logits = self._model(input_ids=ids, past_key_values=past).logits[:, :-1].float()
            chosen = logits.gather(-1, ids[:, 1:, None])[..., 0]
            numbers = (chosen - logits.logsumexp(-1)).cpu()
        return [
            numbers[k, len(end) - len(line) - 1 : len(end) - 1].tolist()
            for k, (end, (_, line)) in enumerate(zip(ends, rows, strict=True))
        ]

    def _read(self, prefix: Sequence[int]) -> Any:  # noqa: ANN401 - transformers is untyped
        """The model's memory of the prefix, made from that of the one before where they agree."""
        import torch
        from transformers import DynamicCache

        known = shared(self._prefix, prefix)
        behind, self._prefix = len(self._prefix) - known, ()  # nothing is known if this fails
        if not known:
            self._past = DynamicCache()
        elif behind:
            self._past.crop(-behind)
        if known < len(prefix):
            ids = torch.tensor([prefix[known:]], device=self._model.device)
            self._model(input_ids=ids, past_key_values=self._past, logits_to_keep=1)
        self._prefix = prefix
        return self._past


def _name(model: str | Path | None, commit: str | None) -> str:
    """As a record may name it: no path of this machine."""
    if model is None:
        return f"{HUB_NAME} ({REVISION})"
    return f"{model}@{commit[:12]}" if commit else Path(model).resolve().name


def _gain(after_reply: LogProbs, after_silence: LogProbs) -> Measured:
    if isinstance(after_reply, str):
        return missing(after_reply)
    if isinstance(after_silence, str):
        return missing(after_silence)
    gain = follow_up_gain(after_reply, after_silence)
    return Measured(round(gain, 4)) if math.isfinite(gain) else missing("model gave no number")


def _load(model: str, revision: str | None, device: str | None) -> tuple[Any, Any, str | None]:
    """Tokenizer and model, ready for inference, and its commit; 32-bit without a GPU."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        commit = commit_of(model, revision)
        tokenizer = AutoTokenizer.from_pretrained(model, revision=commit)
        loaded = AutoModelForCausalLM.from_pretrained(
            model, revision=commit, dtype=torch.float32 if device == "cpu" else "auto"
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise MintError(
            f"{model}: not loaded as a language model ({on_one_line(error)}); give a folder with "
            "weights and tokenizer, or a name on the hub"
        ) from None
    if not tokenizer.chat_template:
        raise MintError(f"{model}: has no chat template; choose a model that was made for chat")
    try:
        return tokenizer, loaded.to(device).eval(), commit
    except RuntimeError as error:
        raise MintError(
            f"{model}: does not fit on the GPU beside what is there ({on_one_line(error)}); "
            "choose a smaller one"
        ) from None


def special_tokens(tokenizer: Any) -> re.Pattern[str] | None:  # noqa: ANN401 - transformers is untyped
    """What matches every special token of more than one character; None where there is none."""
    found = {str(token) for token in tokenizer.added_tokens_decoder.values() if token.special}
    found = {token for token in found | set(tokenizer.all_special_tokens) if len(token) > 1}
    longest_first = sorted(found, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if found else None


def broken_up(text: str, special: re.Pattern[str] | None) -> str:
    """The text with a space inside whatever is found in it of `special_tokens`."""
    if special is None:
        return text
    return special.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)

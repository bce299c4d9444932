"""Reward models: any sequence classifier with one output, in this process or behind a server.

What they see is the conversation in their own chat template. Their numbers have no unit; only
their order within a group counts.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mint_bench.errors import MintError, beginning, on_one_line
from mint_bench.local_models.likelihood import broken_up, special_tokens
from mint_bench.metrics.measured import Measured, missing
from mint_bench.replay.chat import as_line

if TYPE_CHECKING:
    from mint_bench.grpo.quality import Completion

TIMEOUT = 120.0  # seconds for one batch
REFUSED = 400  # the status of a request that holds a text too long for the model


def messages(sample: "Completion") -> list[dict[str, str]]:
    """The conversation up to the reply and with it, as chat templates take it."""
    said = [as_line(turn) for turn in sample.exchange.history]
    lines = [{"role": line.role, "content": line.text} for line in said]
    return [*lines, {"role": "assistant", "content": sample.exchange.reply}]


class _Templated:
    """A reward model's tokenizer, which turns samples into its texts."""

    def __init__(self, model: str, revision: str | None) -> None:
        from transformers import AutoTokenizer

        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(model, revision=revision)
        except (OSError, ValueError, KeyError) as error:
            raise _not_loaded(model, error) from None
        if not self.tokenizer.chat_template:
            raise MintError(f"reward model {model}: its tokenizer has no chat template")
        self._special = special_tokens(self.tokenizer)

    def texts(self, samples: Sequence["Completion"]) -> list[str]:
        """Each sample in the model's chat template; what is said there can end no turn."""
        return [
            self.tokenizer.apply_chat_template(
                [{**said, "content": broken_up(said["content"], self._special)} for said in lines],
                tokenize=False,
            )
            for lines in map(messages, samples)
        ]


class LocalRewardModel:
    """A reward model loaded in this process, such as PsychoCounsel's.

    Args:
        model: Folder or hub name of a sequence classifier with one output.
        batch: Conversations at a time.
        revision: On the hub.

    Raises:
        MintError: If it cannot be loaded, has more than one output or no chat template.
    """

    def __init__(self, model: str, batch: int, revision: str | None = None) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification

        self.name, self.sha = f"reward model {model.rstrip('/').rpartition('/')[2]}", None
        self._template = _Templated(model, revision)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            loaded = AutoModelForSequenceClassification.from_pretrained(
                model, revision=revision, dtype=torch.float32 if device == "cpu" else "auto"
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise _not_loaded(model, error) from None
        if loaded.config.num_labels != 1:
            raise MintError(
                f"reward model {model}: gives {loaded.config.num_labels} numbers a text; a reward "
                "model gives one"
            )
        try:
            self._model, self._batch = loaded.to(device).eval(), batch
        except RuntimeError as error:
            raise MintError(
                f"reward model {model}: does not fit on the GPU beside what is there "
                f"({on_one_line(error)}); serve it, and name its server under reward.quality.url"
            ) from None
        tokenizer = self._template.tokenizer
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        if self._model.config.pad_token_id is None:
            self._model.config.pad_token_id = tokenizer.pad_token_id
        self._longest = getattr(loaded.config, "max_position_embeddings", None)

    def __call__(self, samples: Sequence["Completion"]) -> list[Measured]:
        """The model's number for each sample; longer conversations than it reads have none."""
        import torch

        texts = self._template.texts(samples)
        read = self._template.tokenizer(texts, add_special_tokens=False)["input_ids"]
        results = [missing(f"longer than the reward model's {self._longest} tokens")] * len(texts)
        # A longer text has no place in a model with absolute positions, and none is asked for it.
        fit = [at for at, ids in enumerate(read) if not self._longest or len(ids) <= self._longest]
        for start in range(0, len(fit), self._batch):
            chosen = fit[start : start + self._batch]
            encoded = self._template.tokenizer.pad(
                {"input_ids": [read[at] for at in chosen]},
                return_tensors="pt",
                padding_side="right",
            ).to(self._model.device)
            with torch.inference_mode():
                numbers = self._model(
                    input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"]
                ).logits[:, 0]
            for at, number in zip(chosen, numbers.float().tolist(), strict=True):
                results[at] = Measured(number)
        return results


class ServedRewardModel:
    """A reward model behind a server that speaks vLLM's `/classify`.

    `vllm serve MODEL --runner pooling` is such a server.

    Args:
        model: Its name there, and the folder or hub name of its tokenizer here.
        url: Of the server, such as `http://127.0.0.1:8000`.
        batch: Conversations a request.
        revision: Of the tokenizer, on the hub.

    Raises:
        MintError: If its tokenizer cannot be had or has no chat template.
    """

    def __init__(self, model: str, url: str, batch: int, revision: str | None = None) -> None:
        self.name, self.sha = f"reward model {model.rstrip('/').rpartition('/')[2]} (served)", None
        self._template = _Templated(model, revision)
        self._model, self._url, self._batch = model, f"{url.rstrip('/')}/classify", batch

    def __call__(self, samples: Sequence["Completion"]) -> list[Measured]:
        """The server's number for each sample; where it fails or takes no such text, the reason."""
        texts = self._template.texts(samples)
        parts = [texts[start : start + self._batch] for start in range(0, len(texts), self._batch)]
        return [one for part in parts for one in self._ask(part)]

    def _ask(self, texts: Sequence[str]) -> list[Measured]:
        import requests

        # The template has its own special tokens in place.
        body = {"model": self._model, "input": list(texts), "use_activation": False,
                "add_special_tokens": False}  # fmt: skip
        try:
            answer = requests.post(self._url, json=body, timeout=TIMEOUT)
            if answer.status_code == REFUSED and len(texts) > 1:  # for one of them
                return [one for text in texts for one in self._ask([text])]
            if answer.status_code == REFUSED:
                return [missing(f"reward server refused the text: {beginning(answer.text, 160)}")]
            answer.raise_for_status()
            rows = sorted(answer.json()["data"], key=lambda row: row["index"])
            numbers = [[float(number) for number in row["probs"]] for row in rows]
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            reason = on_one_line(error)
            return [missing(f"reward server failed: {reason}")] * len(texts)
        if len(numbers) != len(texts) or any(len(row) != 1 for row in numbers):
            return [missing("reward server: expected one number a text")] * len(texts)
        return [Measured(row[0]) for row in numbers]


def _not_loaded(model: str, error: Exception) -> MintError:
    reason = on_one_line(error)
    return MintError(
        f"reward model {model}: not loaded ({reason}); give a folder with weights and tokenizer, "
        "or a name on the hub"
    )

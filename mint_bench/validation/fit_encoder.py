"""What the small encoder learns from, and what it says of replies that it did not learn from.

Needs no torch: the learning itself is given as a function (`local_models.encoder_fit`), and figures
come from the quantised networks that it writes, read as they are read in use.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mint_bench import encoder
from mint_bench.encoder import Encoder, Labeller, SentenceReader
from mint_bench.resources import sha256_text
from mint_bench.sources.fetch import cache_dir
from mint_bench.tactics.encoded import in_context, with_ngrams
from mint_bench.tactics.ngram import NgramModel
from mint_bench.validation import fit_tagger
from mint_bench.validation.labels import (
    HUMAN,
    LabelledReply,
    LabelledSentence,
    read_replies,
    read_sentences,
)
from mint_bench.validation.own_labels import LabelledText, read_own

FOLDS = 3
PEOPLE_WEIGHT = 4.0  # of a sentence that people labelled, against one tagged by a model
OWN_WEIGHT = 1.0  # of a sentence labelled or written for this project
STRETCH = 16  # sentences that training reads with each other

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the encoder learns.

    Attributes:
        epochs: How often it reads each reply.
        batch: Sentences a step, or a few more: replies stay whole.
        rate: Highest learning rate of the top layer; it warms up over a tenth of the steps.
        head_rate: How much faster the head learns.
        layer_decay: How much slower each lower layer learns.
        weight_decay: Of matrices.
        dropout: Before each layer of the head.
        masked: Share of tokens hidden in training.
        kept: Weight of keeping the base model's vectors.
        inner: Units of the head's inner layer.
        seed: Of everything random.
    """

    epochs: int = 3
    batch: int = 48
    rate: float = 2e-4
    head_rate: float = 5.0
    layer_decay: float = 0.95
    weight_decay: float = 0.01
    dropout: float = 0.1
    masked: float = 0.05
    kept: float = 0.1
    inner: int = 192
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Example:
    """One reply, or a stretch of one, with labels.

    Attributes:
        sentences: The tokens of each sentence.
        present: Their labels, shape (sentences, 10).
        labeller: Who labelled them.
        weight: Of each of them in the loss.
    """

    sentences: tuple[tuple[int, ...], ...]
    present: Bools
    labeller: Labeller
    weight: float


@dataclass(frozen=True, slots=True)
class Material:
    """All labels at hand.

    Attributes:
        replies: Published replies with the LoRA taggers' tags; the human supporters' are never
            learned from, since their tags come from another sheet.
        people: Sentences that people labelled.
        own: Labelled or written for this project.
    """

    replies: tuple[LabelledReply, ...]
    people: tuple[LabelledSentence, ...]
    own: tuple[LabelledText, ...]

    @classmethod
    def read(cls, data: Path) -> "Material":
        """Everything from the data folder and from `scorers/taggers/labels`.

        Raises:
            MintError: If labels are missing or damaged.
        """
        own = read_own(data)
        return cls(tuple(read_replies(data)), tuple(read_sentences(data)), tuple(own))

    def without(self, systems: frozenset[str], responses: frozenset[int]) -> "Material":
        """The same without these systems' replies and these responses' sentences."""
        return replace(
            self,
            replies=tuple(r for r in self.replies if r.system not in systems),
            people=tuple(s for s in self.people if s.response not in responses),
        )

    def texts(self) -> list[tuple[LabelledText, Labeller, float]]:
        """What is learned from, who labelled it, and its weight."""
        adapters, by_people = Labeller.ADAPTERS, Labeller.PEOPLE
        tagged = [
            (LabelledText(reply.text, reply.sentences, reply.present), adapters, 1.0)
            for reply in self.replies
            if reply.present is not None and reply.system != HUMAN
        ]
        people = [(text, by_people, PEOPLE_WEIGHT) for text in people_texts(self.people)]
        return [*tagged, *people, *((text, by_people, OWN_WEIGHT) for text in self.own)]

    def examples(self, reader: SentenceReader) -> list[Example]:
        """The same as tokens, long replies in stretches of `STRETCH` sentences."""
        return [
            Example(
                tuple(map(reader.tokens, text.sentences[start : start + STRETCH])),
                text.present[start : start + STRETCH],
                labeller,
                weight,
            )
            for text, labeller, weight in self.texts()
            for start in range(0, len(text.sentences), STRETCH)
        ]


def people_texts(people: Sequence[LabelledSentence]) -> list[LabelledText]:
    """People's sentences, gathered by the response that they stand in."""
    gathered: dict[int, list[LabelledSentence]] = {}
    for sentence in people:
        gathered.setdefault(sentence.response, []).append(sentence)
    return [
        LabelledText(
            found[0].context,
            tuple(sentence.text for sentence in found),
            np.array([sentence.present for sentence in found]),
        )
        for found in gathered.values()
    ]


def system_folds(systems: Sequence[str]) -> dict[str, int]:
    """Fold of each system; the two sizes of a method are in different ones, people in none (-1).

    This is what a user meets: a new system, somewhat like one that was learned from.
    """
    known = sorted(set(systems) - {HUMAN})
    methods = sorted({system.rsplit("-", 1)[0] for system in known})
    sizes = sorted({system.rsplit("-", 1)[-1] for system in known})
    folds = {
        system: (
            methods.index(system.rsplit("-", 1)[0]) + 2 * sizes.index(system.rsplit("-", 1)[-1])
        )
        % FOLDS
        for system in known
    }
    return folds | ({HUMAN: -1} if HUMAN in systems else {})


class Learn(Protocol):
    """What learns a network; `local_models.encoder_fit` has one."""

    def tokenizer(self) -> Path:
        """The tokenizer's file, of the base model."""
        ...

    def __call__(
        self, examples: Sequence[Example], settings: Settings, folder: Path, progress: Progress
    ) -> None:
        """Write a network that learned from examples, with its tokenizer, into a folder."""
        ...


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where networks are learned, each once: an interrupted run finds what it had finished.

    Attributes:
        learn: Learns one.
        settings: How networks learn.
        folder: Where they are kept, by the hash of all that shapes them.
    """

    learn: Learn
    settings: Settings
    folder: Path

    @classmethod
    def in_cache(cls, learn: Learn) -> "Workshop":
        """With the settings of the shipped encoder, in the user's cache."""
        return cls(learn, Settings(), cache_dir() / "networks")

    def network(self, material: Material, progress: Progress = lambda _: None) -> Path:
        """The folder of the network that learned from this material."""
        folder = self.folder / self.key(material)
        if not (folder / "done").exists():
            reader = SentenceReader(self.learn.tokenizer())
            self.learn(material.examples(reader), self.settings, folder, progress)
            (folder / "done").write_text(json.dumps(asdict(self.settings)), encoding="utf-8")
        return folder

    def key(self, material: Material) -> str:
        """Hash of texts, labels, weights and settings."""
        parts = [
            part
            for text, labeller, weight in material.texts()
            for part in (
                text.text,
                *text.sentences,
                text.present.tobytes().hex(),
                labeller.name,
                str(weight),
            )
        ]
        return sha256_text(json.dumps(asdict(self.settings)), encoder.VERSION, *parts)[:16]

    def voices(
        self, folder: Path, ngrams: NgramModel, texts: Sequence[tuple[str, Sequence[str]]]
    ) -> list[Floats]:
        """Of sentences that stand in a text, from the network in a folder and from n-grams.

        Returns:
            For each text, shape (sentences, 3, 10), as `tactics.encoded.VOICES` names them.
        """
        network = Encoder(folder)
        read = [in_context(text, sentences) for text, sentences in texts]
        counted = ngrams.by_text([whole for whole, _ in read])
        return [
            with_ngrams(network.read(whole).logits, logits)[places]
            for (whole, places), logits in zip(read, counted, strict=True)
        ]


def responses_of(material: Material, fold: int) -> frozenset[int]:
    """The responses that people labelled in a fold."""
    return frozenset(s.response for s in material.people if s.response % FOLDS == fold)


def held_out(
    workshop: Workshop,
    material: Material,
    folds: Mapping[str, int],
    fold: int,
    progress: Progress,
) -> tuple[dict[int, Floats], dict[int, Floats]]:
    """The voices on a fold's systems and on its responses, from models without either.

    Returns:
        Position of the reply in `material.replies` to its sentences' voices, and position of the
        sentence in `material.people` to its own, shape (3, 10).
    """
    systems = frozenset(system for system, of in folds.items() if of == fold)
    responses = responses_of(material, fold)
    left = material.without(systems, responses)
    folder = workshop.network(left, progress)
    ngrams = fit_tagger.fit(fit_tagger.gather(left.replies, left.people, left.own))
    asked = [i for i, reply in enumerate(material.replies) if reply.system in systems]
    replies = [material.replies[i] for i in asked]
    found = workshop.voices(folder, ngrams, [(reply.text, reply.sentences) for reply in replies])
    said = [i for i, s in enumerate(material.people) if s.response in responses]
    alone = workshop.voices(
        folder, ngrams, [(material.people[i].context, [material.people[i].text]) for i in said]
    )
    return (
        dict(zip(asked, found, strict=True)),
        {index: voices[0] for index, voices in zip(said, alone, strict=True)},
    )

"""How much of the real line a simulated one says, for the audit's drift, by the shipped encoder.

Sentence by sentence: the mean vector of a long text is near that of any other. Measured on lines of
the public conversations, with the limit that `tasks/seekers/audit.yaml` sets: none of 14 written
paraphrases is called drift (`tests/replay/test_likeness.py`), nor is a real line after a lead-in;
of lines of another conversation 82 % are in ESConv, 94 % in starter, and 13 % in Lend-an-Ear,
where all talk about the same three troubles.
"""

from functools import cache

import numpy as np

from mint_bench.encoder import COMMON_FILE, FOLDER, Common, Encoder, shipped
from mint_bench.replay.audit import Similarity
from mint_bench.resources import resource
from mint_bench.sentences import split_sentences


@cache
def shipped_similarity() -> Similarity:
    """The similarity by the shipped encoder."""
    return similarity_by(shipped(), Common.read(resource(*FOLDER, COMMON_FILE)))


def similarity_by(encoder: Encoder, common: Common) -> Similarity:
    """How much of a second text a first one says, -1 to 1.

    For each sentence of the second, the best cosine with a sentence of the first; their mean,
    weighted by words. A text without words is like nothing.
    """

    def vector(sentence: str) -> np.ndarray:
        found = common.without(encoder.read((sentence,)).vector)
        return found / max(float(np.linalg.norm(found)), 1e-9)

    def similarity(one: str, other: str) -> float:
        said, wanted = split_sentences(one), split_sentences(other)
        if not said or not wanted:
            return 0.0
        cosines = np.array([vector(s) for s in said]) @ np.array([vector(s) for s in wanted]).T
        words = np.array([len(sentence.split()) for sentence in wanted])
        return float(cosines.max(axis=0) @ words / words.sum())

    return similarity

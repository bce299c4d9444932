"""What both embedded taggers do around their model: language first, then sentences with words.

Holds no model; `ngram` and `encoded` bring theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mint_bench.language import not_english
from mint_bench.sentences import has_words
from mint_bench.tactics.tagger import TACTICS, SplitReply, Tagging

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """What a model finds in one reply.

    Attributes:
        present: Shape (sentences, 10).
        vector: The reply's vector, where the model has one.
    """

    present: Bools
    vector: npt.NDArray[np.float32] | None = None


def tag_english(
    replies: Sequence[SplitReply], find: Callable[[Sequence[SplitReply]], Sequence[Found]]
) -> list[Tagging]:
    """Tag each reply; one in an unsupported language comes back unscored, with that reason.

    A reply without sentences, such as a mere "…", has no tactics and is scored; a sentence
    without a letter or digit has none.

    Args:
        replies: Replies and their sentences.
        find: From the replies that may be English to what is in them.
    """
    reasons = [not_english(reply.text, reply.language) for reply in replies]
    known = [reply for reply, reason in zip(replies, reasons, strict=True) if reason is None]
    found = iter(find(known))
    taggings = []
    for reply, reason in zip(replies, reasons, strict=True):
        if reason is not None:
            nothing = np.zeros((0, len(TACTICS)), dtype=np.bool_)
            taggings.append(Tagging(reply.sentences, nothing, reason))
            continue
        worded = np.array([has_words(sentence) for sentence in reply.sentences], dtype=np.bool_)
        one = next(found)
        present = one.present & worded[:, None]
        taggings.append(Tagging(reply.sentences, present, vector=one.vector))
    return taggings

"""What a judge's mark "far from training" is worth: on which texts it stands, and with what errors.

With systems left out, nothing of their method was learned from: neither heads nor centres nor the
limits beyond which a reply is far. The 50 conversations are known to centres and limits all along,
so a stranger's replies to strangers may well be marked more often.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

from mint_bench.encoder import Encoder
from mint_bench.features import Floats, Vocabulary
from mint_bench.judging.embedded import CHUNK, EMBEDDED, FAR
from mint_bench.judging.heads import FEWEST_WORDS
from mint_bench.judging.judge import Exchange, Judge, Verdict
from mint_bench.judging.second import SECOND
from mint_bench.sources import load
from mint_bench.stats.intervals import wilson
from mint_bench.validation import fit_judge, fit_second, fit_tagger, lessons, train_judge
from mint_bench.validation.agreement import Bools, Doubles, Figures, means_over, shown
from mint_bench.validation.labels import HUMAN, LabelledReply, read_replies
from mint_bench.validation.probes import Report
from mint_bench.validation.steps import Steps

FITTERS: Mapping[str, ModuleType] = {EMBEDDED: fit_judge, SECOND: fit_second}
STEPS = 3 + lessons.HEADS * (fit_tagger.FOLDS + 1)

Unseen = Callable[[Sequence[str], Sequence[str]], tuple[Floats, Floats]]


def figures(judge: Judge, encoder: Encoder, data: Path, report: Report, steps: Steps) -> Figures:
    """Shares of replies that are marked, by kind of text, and errors of those left out.

    Args:
        judge: An embedded one.
        encoder: What it reads replies with.
        data: Folder that holds `mint_empathy/`.
        report: Its probes.
        steps: Told of the work.

    Returns:
        JSON-ready: `share`, by kind of text, and `error`, of `far` and `other` replies of systems
        left out: the mean distance to the published rating over dimensions and replies.

    Raises:
        MintError: If labels or ESConv are missing.
    """
    steps.begin("reading ratings")
    replies = lessons.rated(read_replies(data))
    steps.begin("features")
    fitter = FITTERS[judge.name]
    rows = fitter.prepare(replies, encoder, steps.share)
    folds = train_judge.method_folds(replies)
    ratings = train_judge.held_out(rows, replies, folds, steps, "leaving out methods")
    vectors = lessons.reply_vectors(replies, encoder)
    unseen = unseen_shares if judge.name == EMBEDDED else None
    far = far_left_out(replies, vectors, folds, encoder.sha, unseen)
    steps.begin("ESConv")
    error = np.abs(ratings - rows.ratings)[: len(replies)].mean(axis=1)
    return {
        "share": {
            "systems_left_out": _of(replies, far, lambda reply: reply.system != HUMAN),
            "people_left_out": _of(replies, far, lambda reply: reply.system == HUMAN),
            "esconv": _of_esconv(judge),
            "probes": _of_probes(report),
        },
        "error": errors([reply.conversation for reply in replies], error, far),
    }


def far_left_out(
    replies: Sequence[LabelledReply],
    vectors: Floats,
    folds: Mapping[str, int],
    encoder_sha: str,
    unseen: Unseen | None = None,
) -> Bools:
    """Whether each reply is far from all that the other folds' systems said.

    Args:
        replies: All of them.
        vectors: Of each, in the encoder's space, shape (n, D).
        folds: Fold of each system.
        encoder_sha: Of that encoder.
        unseen: From known texts and others to the share of each that is unseen among the known.
    """
    owner = np.array([folds[reply.system] for reply in replies])
    words = np.array([len(reply.text.split()) for reply in replies])
    dealt = lessons.conversation_folds(replies)
    fold = np.array([dealt[reply.conversation] for reply in replies])
    far = np.zeros(len(replies), dtype=np.bool_)
    for left in np.unique(owner):
        out = owner == left
        known = [reply for reply, gone in zip(replies, out, strict=True) if not gone]
        typical = lessons.typical(known)
        near = lessons.nearness(vectors[~out], fold[~out], typical, encoder_sha)
        strange = near.cosines(vectors[out]) < near.least
        if unseen is not None:
            asked = [reply.text for reply, gone in zip(replies, out, strict=True) if gone]
            of_known, of_asked = unseen([reply.text for reply in known], asked)
            strange |= of_asked > np.quantile(of_known[typical], 1 - lessons.FAR_SHARE)
        long = words[out] > lessons.MARGIN * words[~out].max()
        far[out] = (strange & (words[out] >= FEWEST_WORDS)) | long
    return far


def unseen_shares(known: Sequence[str], asked: Sequence[str]) -> tuple[Floats, Floats]:
    """Share of each text's n-grams that a vocabulary of the known texts lacks."""
    vocabulary = Vocabulary.learn(known, fit_judge.MIN_REPLIES)
    return _unseen(vocabulary, known), _unseen(vocabulary, asked)


def _unseen(vocabulary: Vocabulary, texts: Sequence[str]) -> Floats:
    chunks = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
    return np.concatenate([vocabulary.transform(chunk)[1] for chunk in chunks])


def errors(conversations: Sequence[str], error: Doubles, far: Bools) -> Figures:
    """Mean error of the replies that are marked, and of the others."""
    return {
        "far": over_conversations(conversations, error, far),
        "other": over_conversations(conversations, error, ~far),
    }


def over_conversations(
    conversations: Sequence[str], values: npt.ArrayLike, counted: npt.ArrayLike
) -> Figures:
    """Mean of the counted replies' values, its interval over conversations, and their number."""
    among = np.asarray(counted, dtype=np.bool_)
    column = np.asarray(values, dtype=np.float64)[:, None]
    [interval] = means_over(conversations, column, among[:, None])
    return {**shown(interval), "replies": int(among.sum())}


def _of(
    replies: Sequence[LabelledReply], far: Bools, counts: Callable[[LabelledReply], bool]
) -> Figures:
    conversations = [reply.conversation for reply in replies]
    return over_conversations(conversations, far, [counts(reply) for reply in replies])


def _of_esconv(judge: Judge) -> Figures:
    exchanges = [
        Exchange(talk.turns[:place], talk.turns[place].text, talk.id)
        for talk in load("esconv").conversations
        for place in talk.scored_turns
    ]
    verdicts = judge.rate(exchanges)
    return over_conversations(
        [str(exchange.conversation_id) for exchange in exchanges],
        [FAR in verdict.flags for verdict in verdicts],
        [_rated(verdict) for verdict in verdicts],
    )


def _rated(verdict: Verdict) -> bool:
    return verdict.ratings is not None


def _of_probes(report: Report) -> Figures:
    """Of the attacks that are rated."""
    attacks = [one for one in report.outcomes if one.kind in report.kinds and one.ratings]
    far = sum(FAR in one.flags for one in attacks)
    return {**wilson(far, len(attacks)), "n": len(attacks), "replies": len(attacks)}

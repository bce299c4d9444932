"""Whether the token counts of a record can be those of its replies: pure, on figures alone.

English takes some 1.3 tokens a word on the published records, 5.7 in the oddest of their replies.
Text without spaces takes far more: the 199 Chinese texts of SAGE with 20 stretches between spaces
and more have 20 characters a stretch, at most 54, and a tokenizer that hardly knows them gives two
tokens a character. A single reply may end in a loop without a space. So the limit is wide, and is
held against all longer replies together.
"""

from collections.abc import Iterator

from mint_bench.records.schema import Record
from mint_bench.scoring import ScoredTurn
from mint_bench.submissions.findings import Finding

WORDY = 20  # words from which a reply has some spaces, whatever it is written in
A_WORD = 100  # tokens a word that no system needs over all its wordy replies
A_REPLY = 1_000_000  # tokens, reasoning and all, that no model writes at once
MAX_TOKENS = "max_tokens"


def token_counts(record: Record) -> Iterator[Finding]:
    """Counts that no tokenizer gives, or that the run did not let be."""
    counted = [
        (c.id, turn)
        for c in record.conversations
        for turn in c.turns
        if turn.words and turn.tokens is not None
    ]
    for name, faulty in (
        ("no token for some words", [(i, t) for i, t in counted if t.tokens == 0]),
        ("fewer tokens than words", [(i, t) for i, t in counted if 0 < t.tokens < t.words]),  # type: ignore[operator]
        (
            f"more than {A_REPLY:,} tokens, reasoning and all,",
            [(i, t) for i, t in counted if t.written > A_REPLY],
        ),
    ):
        if faulty:
            at, turn = faulty[0]
            yield _fault(
                f"{name} in {len(faulty)} of {len(counted)} replies, first in conversation {at}, "
                f"turn {turn.t} ({turn.words} words, {turn.tokens} tokens)"
            )
    if not counted:
        yield Finding("unchecked", "tokens", "no reply has a token count")
    yield from _too_many_a_word([turn for _, turn in counted])
    yield from _longer_than_asked(record)
    yield from _more_than_counted(record)


def _fault(text: str) -> Finding:
    return Finding("fault", "tokens", text)


def _too_many_a_word(turns: list[ScoredTurn]) -> Iterator[Finding]:
    wordy = [turn for turn in turns if turn.words and turn.words >= WORDY]
    tokens, words = sum(t.tokens or 0 for t in wordy), sum(t.words or 0 for t in wordy)
    if words and tokens / words > A_WORD:
        yield _fault(
            f"{tokens / words:,.0f} tokens a word in {len(wordy)} replies of {WORDY} words and "
            f"more; no text takes more than {A_WORD}"
        )


def _longer_than_asked(record: Record) -> Iterator[Finding]:
    """Visible replies longer than the run let them be."""
    most = record.settings.sampling.get(MAX_TOKENS)
    if most is None:
        return
    if isinstance(most, bool | str) or most < 1 or most != int(most):
        yield _fault(f"{MAX_TOKENS} is {most!r}, and no whole number of tokens")
        return
    counts = [t.tokens for c in record.conversations for t in c.turns if t.tokens is not None]
    over = [count for count in counts if count > most]
    if over:
        yield _fault(
            f"{len(over)} of {len(counts)} replies are longer than {MAX_TOKENS} {int(most)}, the "
            f"longest has {max(over)}"
        )


def _more_than_counted(record: Record) -> Iterator[Finding]:
    """More tokens in replies than the run counted, of which reasoning is a part.

    A few providers count reasoning beside the output, so what the run says of it is added.
    """
    made = record.provenance.tokens
    if "output" not in made:
        return
    turns = [turn for c in record.conversations for turn in c.turns]
    visible, written = sum(t.tokens or 0 for t in turns), sum(t.written for t in turns)
    for own, whole, what in (
        (visible, made["output"], "tokens"),
        (written, made["output"] + made.get("reasoning", 0), "tokens with reasoning"),
    ):
        if own > whole:
            yield Finding(
                "look", "tokens", f"the replies have {own} {what} together, the run counted {whole}"
            )
            return

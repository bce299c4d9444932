"""Sentences that people labelled, in the chat form of the release; written for the tests."""

import json

from mint_bench.tactics.tagger import TACTICS

REPLY = "That stings. Who knows of it?"
SENTENCES = ("That stings.", "Who knows of it?")
LABELS = {(3, 0), (7, 1)}  # of the first sentence, validation; of the second, questioning


def frame_of(tactic, reply, sentence):
    """What an adapter of the tactic is asked, whole."""
    return (
        f"Is it {tactic}?\n\n### Input:\n- Context (Full Empathic Response):\n{reply}"
        f"\n\n- Sentence to Evaluate:\n{sentence}\n\nAnswer:"
    )


def system_of(tactic):
    return f"You look for {tactic}."


def annotations(folder):
    """A file a tactic, each with the two sentences of one reply."""
    for k, tactic in enumerate(TACTICS):
        rows = [
            [
                {"role": "system", "content": system_of(tactic)},
                {"role": "user", "content": frame_of(tactic, REPLY, sentence)},
                {"role": "assistant", "content": f"<score>{int((k, i) in LABELS)}</score>"},
            ]
            for i, sentence in enumerate(SENTENCES)
        ]
        lines = [json.dumps({"messages": messages}) for messages in rows]
        (folder / f"{tactic}.jsonl").write_text("\n".join(lines) + "\n")
    return {tactic: folder / f"{tactic}.jsonl" for tactic in TACTICS}

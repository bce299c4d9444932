"""Conversations written for these tests, and words to make more of."""

from mint_bench.conversation import Conversation, Message, Speaker, merge_messages

SEEKER_LINES = (
    "My landlord wants me out by May.",
    "I keep lying awake over it.",
    "My brother says I worry too much.",
    "Maybe he is right, I don't know.",
)
SUPPORTER_LINES = (
    "That sounds frightening. What did he say exactly?",
    "No wonder that you can't sleep.",
    "You could call the tenants' union tomorrow.",
    "You know this place better than he does.",
)


def talk(name, turns=3, lines=SEEKER_LINES):
    """A conversation of so many scored turns that ends with the supporter."""
    said = [
        Message(speaker, f"{text} ({name})" if speaker is Speaker.SEEKER else text)
        for place in range(turns)
        for speaker, text in (
            (Speaker.SEEKER, lines[place % len(lines)]),
            (Speaker.SUPPORTER, SUPPORTER_LINES[place % len(SUPPORTER_LINES)]),
        )
    ]
    return Conversation(name, merge_messages(said))


def talks(count, turns=3):
    """Several conversations."""
    return [talk(f"talk-{place}", turns) for place in range(count)]


def as_lines(conversations):
    """Conversations as the lines of a transcripts file."""
    import json

    return "".join(
        json.dumps({
            "id": one.id,
            "messages": [
                {
                    "role": "user" if turn.speaker is Speaker.SEEKER else "assistant",
                    "content": turn.text,
                }
                for turn in one.turns
            ],
        })
        + "\n"
        for one in conversations
    )

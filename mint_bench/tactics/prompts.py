"""What an LLM tagger is sent: the templates of `scorers/taggers/llm`, filled with the taxonomy.

A model's cache serves only what a prompt begins with: definitions come first, the reply after them.
Asks no model.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from mint_bench.resources import sha256_text
from mint_bench.tactics.tagger import SplitReply
from mint_bench.tactics.taxonomy import Tactic, load_taxonomy
from mint_bench.templates import as_material, render

FOLDER = ("taggers", "llm")


@dataclass(frozen=True, slots=True)
class TaggerPrompt:
    """System message and user's message of one call."""

    system: str
    user: str


def reply_prompt(reply: SplitReply) -> TaggerPrompt:
    """One call for all sentences of a reply and all tactics."""
    lines = [as_material(**{f"s{n}": text}) for n, text in enumerate(reply.sentences, 1)]
    return TaggerPrompt(_instructions(), render(FOLDER, "reply.md", sentences=lines))


def binary_prompt(reply: SplitReply, sentence: str, tactic: Tactic) -> TaggerPrompt:
    """One call for one sentence and one tactic.

    The tactic is told before the reply: its definition is longer by far than what follows, and an
    adapter that is asked for this tactic alone has a cache of its own.
    """
    user = render(
        FOLDER,
        "binary.md",
        reply=as_material(supporter=reply.text),
        sentence=as_material(sentence=sentence),
        tactic=tactic,
    )
    return TaggerPrompt(_binary_instructions(tactic.name), user)


@cache
def _instructions() -> str:
    taxonomy = load_taxonomy()
    return render(FOLDER, "instructions.md", general=taxonomy.general, tactics=taxonomy.tactics)


@cache
def _binary_instructions(name: str) -> str:
    taxonomy = load_taxonomy()
    [tactic] = [tactic for tactic in taxonomy.tactics if tactic.name == name]
    return render(FOLDER, "binary_instructions.md", general=taxonomy.general, tactic=tactic)


def prompt_sha(*, binary: bool) -> str:
    """SHA-256 of all that a tagger is sent apart from the reply."""
    empty = SplitReply("", ("",))
    if not binary:
        return sha_of([reply_prompt(empty)])
    return sha_of([binary_prompt(empty, "", tactic) for tactic in load_taxonomy().tactics])


def sha_of(prompts: Iterable[TaggerPrompt]) -> str:
    """SHA-256 of prompts, in their order."""
    return sha256_text(*(text for prompt in prompts for text in (prompt.system, prompt.user)))

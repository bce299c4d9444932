"""What an LLM tagger is sent: the templates of `scorers/taggers/llm`, filled with the taxonomy.

What calls share comes first. Asks no model.
"""

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


@cache
def _instructions(name: str) -> str:
    taxonomy = load_taxonomy()
    return render(FOLDER, name, general=taxonomy.general, tactics=taxonomy.tactics)


def reply_prompt(reply: SplitReply) -> TaggerPrompt:
    """One call for all sentences of a reply and all tactics."""
    lines = [as_material(**{f"s{n}": text}) for n, text in enumerate(reply.sentences, 1)]
    return TaggerPrompt(
        _instructions("instructions.md"), render(FOLDER, "reply.md", sentences=lines)
    )


def binary_prompt(reply: SplitReply, sentence: str, tactic: Tactic) -> TaggerPrompt:
    """One call for one sentence and one tactic; the tactic comes last."""
    shown = render(
        FOLDER,
        "binary_sentence.md",
        reply=as_material(supporter=reply.text),
        sentence=as_material(sentence=sentence),
    )
    return TaggerPrompt(_instructions("binary_instructions.md"), f"{shown}\n\n{_question(tactic)}")


@cache
def _question(tactic: Tactic) -> str:
    return render(FOLDER, "binary_question.md", tactic=tactic)


def prompt_sha(*, binary: bool) -> str:
    """SHA-256 of all that a tagger is sent apart from the reply."""
    empty = SplitReply("", ("",))
    if not binary:
        prompt = reply_prompt(empty)
        return sha256_text(prompt.system, prompt.user)
    prompts = [binary_prompt(empty, "", tactic) for tactic in load_taxonomy().tactics]
    return sha256_text(prompts[0].system, *(prompt.user for prompt in prompts))

"""Discourse tactics: the taxonomy, sentences, and the taggers that find tactics in them."""

from mint_bench.errors import MintError, suggestion
from mint_bench.tactics.tagger import Tagger

TAGGERS: tuple[str, ...] = ("embedded", "embedded-fast")
"""Those that travel with the package: the most valid one, and the n-grams alone."""

LLM_TAGGERS: tuple[str, ...] = ("llm", "llm-binary", "llm-published")
"""Taggers that ask the models of Inspect's role `tagger`; they live in `inspect_plugin`.

By the reply, by sentence and tactic, and so in the words that the published adapters know.
"""


def load_tagger(name: str) -> Tagger:
    """The embedded tagger of that name, ready to tag.

    Raises:
        MintError: If there is no such tagger, or its weights are missing or damaged.
    """
    if name not in TAGGERS:
        if name in LLM_TAGGERS:
            raise MintError(
                f"tagger {name} asks a language model; it tags in `mint-bench run --tagger {name} "
                "--model-role tagger=PROVIDER/MODEL` and in Inspect's tasks"
            )
        hint = suggestion(name, (*TAGGERS, *LLM_TAGGERS))
        raise MintError(f"no tagger is called {name!r}; {hint}")
    from mint_bench.encoder import FOLDER, shipped
    from mint_bench.resources import resource
    from mint_bench.tactics.encoded import EncoderTagger
    from mint_bench.tactics.ngram import NgramTagger

    ngrams = resource("scorers", "taggers", "embedded-fast")
    if name == "embedded-fast":
        return NgramTagger(name, ngrams)
    return EncoderTagger(name, shipped(), resource(*FOLDER), ngrams)

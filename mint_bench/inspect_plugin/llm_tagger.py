"""The LLM tagger: a model of the role `tagger` marks the tactics in each sentence of a reply.

One call a reply, or one call for each sentence and tactic, of one model for all tactics or of one a
tactic. What it is asked stands in `scorers/taggers/llm`; what the published adapters are asked is
read from the release's annotations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from inspect_ai.model import Model
from inspect_ai.util import collect

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.asking import ask_in_form, object_schema, some_of
from mint_bench.inspect_plugin.roles import TAGGER, models_of, named, shaping
from mint_bench.judging.parsing import NoAnswer, parse_binary, parse_tags
from mint_bench.records.schema import TaggerRef
from mint_bench.resources import sha256_text
from mint_bench.sources.references import people_files
from mint_bench.tactics.prompts import TaggerPrompt, binary_prompt, prompt_sha, reply_prompt
from mint_bench.tactics.published import Frame, frames_sha, read_frames
from mint_bench.tactics.tagger import TACTICS, SplitReply, Tagging
from mint_bench.tactics.taxonomy import Tactic, load_taxonomy

MOST_SENTENCES = 100
"""Of a reply that a model is asked about. More are no reply to a person: they would cost over a
thousand calls in the binary form, and in the other a schema of more than the 1,000 choices that
OpenAI takes."""


def llm_tagger(name: str) -> "LlmTagger":
    """The tagger of that name, one of `LLM_TAGGERS`.

    Raises:
        MintError: If what the published adapters are asked cannot be had.
    """
    return LlmTagger(name, read_frames(people_files()) if name == "llm-published" else None)


@dataclass(frozen=True, slots=True)
class LlmTagger:
    """A language model as tagger.

    Attributes:
        name: One of `LLM_TAGGERS`; all but `llm` make one call a sentence and tactic.
        frames: By tactic, what a sentence is asked in; None for this project's own words.
    """

    name: str
    frames: Mapping[str, Frame] | None = None
    role: str = TAGGER

    @property
    def binary(self) -> bool:
        """Whether it makes one call a sentence and tactic instead of one call a reply."""
        return self.name != "llm"

    def ref(self) -> TaggerRef:
        """How a record names the tagger: form and model; the hash covers all models and prompts.

        Raises:
            MintError: If the role has no model, or not as many as the form takes.
        """
        models = self._models()
        told = [f"{named(model)} {sorted(shaping(model).items())}" for model in models]
        more = f"+{len(models) - 1}" if len(models) > 1 else ""
        asked = frames_sha(self.frames) if self.frames else prompt_sha(binary=self.binary)
        return TaggerRef(
            name=f"{self.name}:{named(models[0])}{more}"[:200], sha=sha256_text(asked, *told)
        )

    async def tag(self, replies: Sequence[SplitReply]) -> list[Tagging]:
        """Tag each reply, all at once under Inspect's own limits.

        A reply of more than `MOST_SENTENCES` is unscored, and nobody is asked about it.

        Raises:
            MintError: If the role has no model, or not as many as the form takes.
        """
        models = self._models()
        return list(await collect(*[self._tag(models, reply) for reply in replies]))

    def _models(self) -> list[Model]:
        models = models_of(self.role)
        allowed = {1, len(TACTICS)} if self.binary else {1}
        if len(models) not in allowed:
            raise MintError(
                f"the role {self.role} has {len(models)} models; tagger llm takes one, "
                f"llm-binary and llm-published one or {len(TACTICS)}, one a tactic in the "
                "taxonomy's order"
            )
        return models

    async def _tag(self, models: Sequence[Model], reply: SplitReply) -> Tagging:
        if len(reply.sentences) > MOST_SENTENCES:
            return _tagging(reply, NoAnswer(f"more than {MOST_SENTENCES} sentences"))
        if self.binary:
            return await self._tag_binary(models, reply)
        return await _tag_reply(models[0], reply)

    async def _tag_binary(self, models: Sequence[Model], reply: SplitReply) -> Tagging:
        tactics = load_taxonomy().tactics
        members = models if len(models) > 1 else [models[0]] * len(tactics)
        calls = []
        for sentence in reply.sentences:
            for model, tactic in zip(members, tactics, strict=True):
                prompt = self._prompt(reply, sentence, tactic)
                calls.append(ask_in_form(model, prompt.system, prompt.user, None, parse_binary))
        answers = await collect(*calls)
        faults = [answer for answer in answers if isinstance(answer, NoAnswer)]
        if faults:
            return _tagging(
                reply, NoAnswer(f"{len(faults)} of {len(answers)} calls: {faults[0].reason}")
            )
        return _tagging(reply, np.array(answers, dtype=bool).reshape(-1, len(TACTICS)))

    def _prompt(self, reply: SplitReply, sentence: str, tactic: Tactic) -> TaggerPrompt:
        if self.frames is None:
            return binary_prompt(reply, sentence, tactic)
        return self.frames[tactic.name].prompt(reply, sentence)


async def _tag_reply(model: Model, reply: SplitReply) -> Tagging:
    if not reply.sentences:
        return _tagging(reply, np.zeros((0, len(TACTICS)), dtype=bool))
    prompt = reply_prompt(reply)
    lists = {f"s{number}": some_of(TACTICS) for number in range(1, len(reply.sentences) + 1)}
    parse = partial(parse_tags, sentences=len(reply.sentences), tactics=TACTICS)
    answer = await ask_in_form(
        model, prompt.system, prompt.user, object_schema("tactics", lists), parse
    )
    return _tagging(reply, answer)


def _tagging(reply: SplitReply, answer: "np.ndarray | NoAnswer") -> Tagging:
    if isinstance(answer, NoAnswer):
        return Tagging((), np.zeros((0, len(TACTICS)), dtype=bool), answer.reason)
    return Tagging(reply.sentences, answer)

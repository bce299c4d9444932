"""`mint_gold_history`: the real conversation up to a supporter turn in, one reply out.

A document is a supporter turn. Its reply is tagged and rated by the embedded scorers; a metric
sums over conversations with the same statistics as a record. `import lm-eval` makes the record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from datasets import Dataset

from mint_bench.conversation import Conversation, Message, Reply, Speaker, Turn
from mint_bench.judging import load_judge
from mint_bench.judging.judge import Exchange, Judge
from mint_bench.lm_eval_plugin.aggregation import Figured, Item, end_of, three, thrice
from mint_bench.lm_eval_plugin.instructed import Doc, InstructedTask, option
from mint_bench.records.figures import figures
from mint_bench.records.held import public_name
from mint_bench.records.lm_eval import GoldDocument, Said, spoken
from mint_bench.replay.definition import language_of, load_task
from mint_bench.replay.histories import gold_prompts
from mint_bench.scoring import ScoredConversation, ScoredTurn, Transcript, assemble, split_reply
from mint_bench.sentences import visible_text
from mint_bench.sources import load
from mint_bench.tactics import load_tagger
from mint_bench.tactics.tagger import Tagger

SCORER = "embedded"
STOPS = "stop_without_template"
"""Key of the task's metadata: where a model that has no chat template must stop."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "empathy": ("ratings",),
    "repetition_vs_human": ("tactics", "human_tactics"),
    "repetition_vs_self": ("tactics",),
    "density": ("tactics",),
    "words": ("words",),
    "unscored": ("unscored",),
}
"""Metrics with an interval, to what they need of a turn."""

POINTS: Mapping[str, tuple[str, ...]] = {
    "stickiness_vs_human": ("tactics", "human_tactics"),
    "stickiness_vs_self": ("tactics",),
}
"""Metrics without an interval, to what they need of a turn."""


def documents(**given: Any) -> dict[str, Dataset]:  # noqa: ANN401 - lm-eval's metadata
    """The supporter turns of a source, in its order.

    Args:
        given: lm-eval's metadata, of which are read: `source` (a name of `mint-bench data list`
            or `file:PATH`), `conversations` (only the first so many), `max_turns` (supporter
            turns of each), `system_prompt` (a file with another one).

    Raises:
        MintError: If an option is wrong, or the source cannot be had.
    """
    definition = load_task("gold_history")
    source = load(option(given, "source", str) or definition.source)
    path = option(given, "system_prompt", str)
    prompt = definition.prompt(Path(path) if path else None, language_of(source))
    max_turns = option(given, "max_turns", int)
    found = [
        document
        for conversation in source.conversations[: option(given, "conversations", int)]
        for document in _turns(conversation, max_turns)
    ]
    shared = {
        "source": public_name(source.name),
        "revision": source.revision,
        "max_turns": max_turns,
        "has_human": source.card.has_human,
        "system_prompt": prompt,
    }
    return {
        "test": Dataset.from_list([
            GoldDocument(**document, **shared).model_dump(mode="json") for document in found
        ])
    }


def _turns(conversation: Conversation, max_turns: int | None) -> list[dict[str, Any]]:
    cut = conversation.truncated(max_turns)
    prompts = gold_prompts(cut)
    return [
        {
            "id": f"{conversation.id}/{t}",
            "conversation": conversation.id,
            "t": t,
            "turns": len(prompts),
            "language": conversation.language,
            "messages": [Said(role=line.role, content=line.text) for line in lines],
            "human": cut.turns[position].text,
        }
        for t, (lines, position) in enumerate(zip(prompts, cut.scored_turns, strict=True), 1)
    ]


class GoldHistory(InstructedTask):
    """Asks for one reply to the real conversation, turn by turn with a chat template.

    lm-eval's own tasks put a document into one message of the user; here each turn stays the
    message of who said it, as in `mint_bench/gold_history` of Inspect.
    """

    def system_of(self, doc: Doc) -> str | None:
        """The task's system prompt, which is in every document."""
        return doc["system_prompt"] or None

    def fewshot_context(
        self,
        doc: Doc,
        num_fewshot: int,
        system_instruction: str | None = None,
        **how: Any,  # noqa: ANN401 - lm-eval's
    ) -> Any:  # noqa: ANN401 - a text, or what an API's model takes for one
        """The chat up to the reply; without a chat template the YAML's plain text."""
        template = how.get("chat_template")
        if not how.get("apply_chat_template") or template is None:
            return super().fewshot_context(doc, num_fewshot, system_instruction, **how)
        system = self.system(doc, system_instruction)
        opening = [{"role": "system", "content": system}] if system else []
        return template([*opening, *({**line} for line in doc["messages"])])

    def construct_requests(self, doc: Doc, ctx: Any, **how: Any) -> Any:  # noqa: ANN401 - lm-eval's
        """The request; a model without a chat template is stopped before the seeker's next line."""
        plain = not how.get("apply_chat_template")
        request = super().construct_requests(doc, ctx, **how)
        if plain:
            stops = (self.config.metadata or {}).get(STOPS, [])
            request.arguments[1]["until"] = [*(request.arguments[1].get("until") or []), *stops]
        return request


def process_results(doc: Doc, results: Sequence[str]) -> dict[str, Item]:
    """Tag and rate one reply; what each metric needs of it."""
    document = GoldDocument.model_validate(doc)
    turn = scored_turn(document, results[0])
    place = {"conversation": document.conversation, "t": document.t}
    found: dict[str, Item] = {}
    for name, parts in NEEDS.items():
        found |= thrice(name, {**place, **turn.model_dump(mode="json", include=set(parts))})
    for name, parts in POINTS.items():
        found[name] = {**place, **turn.model_dump(mode="json", include=set(parts))}
    return found


def scored_turn(document: GoldDocument, answer: str) -> ScoredTurn:
    """The figures of one reply, without those that need the conversation's other replies."""
    history = spoken(document.messages)
    tagger, judge = _scorers()
    reply, human = Reply(answer), document.human
    splits = [split_reply(text, document.language) for text in (answer, human)]
    tags = tagger.tag(splits if document.has_human else splits[:1])
    [verdict] = judge.rate([
        Exchange(history, visible_text(answer), document.conversation, document.language)
    ])
    scored = assemble(
        Transcript(
            _last_exchange(document, history), (reply,), "gold", None, 1, document.has_human
        ),
        tags[:1],
        tags[1:] or None,
        [verdict],
    )
    return scored.turns[0].model_copy(update={"t": document.t})


def _last_exchange(document: GoldDocument, history: Sequence[Turn]) -> Conversation:
    human = Turn(Speaker.SUPPORTER, (Message(Speaker.SUPPORTER, document.human),))
    return Conversation(document.conversation, (history[-1], human), document.language)


@cache
def _scorers() -> tuple[Tagger, Judge]:
    return load_tagger(SCORER), load_judge(SCORER)


def _column(name: str) -> Figured:
    def figure(items: Sequence[Item]) -> Mapping[str, Any]:
        return asdict(figures(_conversations(items), "t", [name])[name].without_mark())

    return figure


def _conversations(items: Sequence[Item]) -> list[ScoredConversation]:
    """The turns of all documents by conversation, in order."""
    turns: dict[str, list[ScoredTurn]] = {}
    for item in items:
        kept = {name: part for name, part in item.items() if name != "conversation"}
        turns.setdefault(str(item["conversation"]), []).append(ScoredTurn.model_validate(kept))
    return [
        ScoredConversation(id=name, turns=sorted(found, key=lambda turn: turn.t))
        for name, found in turns.items()
    ]


empathy, empathy_low, empathy_high = three(_column("aggregated_empathy"))
repetition_vs_human, repetition_vs_human_low, repetition_vs_human_high = three(
    _column("repetition_vs_human")
)
repetition_vs_self, repetition_vs_self_low, repetition_vs_self_high = three(
    _column("repetition_vs_self")
)
density, density_low, density_high = three(_column("density"))
words, words_low, words_high = three(_column("words"))
unscored, unscored_low, unscored_high = three(_column("unscored"))
stickiness_vs_human = end_of(_column("stickiness_vs_human"), "value")
stickiness_vs_self = end_of(_column("stickiness_vs_self"), "value")

# inspect-evals-lint: ignore-file[main_file] -- the layers keep all of Inspect in this package
"""Checks of scorers as tasks: a judge against experts, a tagger against people.

Thin: what is compared and how stands in `validation`; here it becomes samples and scores. No
model is under test, and a judge or tagger that asks models reaches them by their roles.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import Solver, TaskState

from mint_bench.inspect_plugin.check_metrics import (
    agreement,
    biases,
    f1,
    repeats,
    reworded,
    unrated,
    untagged,
)
from mint_bench.inspect_plugin.checked import (
    CHECKED,
    CheckedConversation,
    CheckedResponse,
    Row,
    rows_of,
)
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.inspect_plugin.held import conversation_of, sample_of
from mint_bench.inspect_plugin.instruments import (
    RunJudge,
    in_another_order,
    judge_to_check,
    references,
    reworded_judges,
    roles_needed,
    tagger_to_check,
)
from mint_bench.inspect_plugin.roles import setup_for
from mint_bench.inspect_plugin.solvers import leave_as_it_is, repeat_human
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.sources import load
from mint_bench.tactics.tagger import SplitReply
from mint_bench.validation import judge_bias
from mint_bench.validation.definition import load_check
from mint_bench.validation.labels import read_annotations
from mint_bench.validation.learned import annotation_files, not_held_out
from mint_bench.validation.ratings import (
    exchanges_of,
    mean_words,
    read_experts,
    verdict_array,
)
from mint_bench.validation.tagger_check import distinct

EXPERTS, SENTENCES = "experts", "sentences"


@task
def judge_check(
    judge: str = "embedded",
    bias: bool = False,  # noqa: FBT001, FBT002 - -T
    rewordings: bool = False,  # noqa: FBT001, FBT002 - -T
) -> Task:
    """A judge against three experts on the 50 Lend-an-Ear conversations.

    Args:
        judge: Which judge is checked; `llm` and its kin ask the role grader. An embedded one
            rates each conversation by the head that never saw it.
        bias: Whether to rate every reply four or five times more: again, in another order, with
            words and with emoji added, and a turn later in the conversation. The order is that of
            the replies, or of the dimensions in one call for all; one call each has none.
        rewordings: Whether to rate every reply once more by each rewording of the rubric, in
            `scorers/rewordings`; for judges that ask models.
    """
    with told_by_inspect():
        experts = read_experts()
        samples = []
        for conversation in load("lend_an_ear").conversations:
            sample = sample_of(conversation, "gold", None, has_human=True)
            ratings = [expert.means[conversation.id].tolist() for expert in experts]
            sample.metadata = {**(sample.metadata or {}), EXPERTS: ratings}
            samples.append(sample)
        rate = (judge_biases if bias else judge_agreement)(judge, rewordings=rewordings)
        setup = setup_for(roles_needed(judge=judge))
        return _task("judge_check", samples, setup, repeat_human(), rate, {"judge": judge})


@task
def tagger_check(tagger: str = "embedded", people: str | None = None) -> Task:
    """A tagger against sentences that people labelled.

    Args:
        tagger: Which tagger is checked; `llm` and its kin ask the role tagger.
        people: Folder with <tactic>.jsonl for each of the ten; the published ones by default,
            from which the embedded taggers learned.
    """
    with told_by_inspect():
        files = annotation_files(Path(people) if people else None)
        by_response: dict[int, list[Any]] = {}
        for sentence in read_annotations(files):
            by_response.setdefault(sentence.response, []).append(sentence)
        samples = [
            Sample(
                input=sentences[0].context,
                id=f"response{number}",
                metadata={
                    SENTENCES: [
                        {
                            "text": sentence.text,
                            "within": list(sentence.within),
                            "index": sentence.within.index(sentence.text),
                            "present": sentence.present.tolist(),
                        }
                        for sentence in sentences
                    ]
                },
            )
            for number, sentences in by_response.items()
        ]
        return _task(
            "tagger_check",
            samples,
            setup_for(roles_needed(tagger)),
            leave_as_it_is(),
            people_agreement(tagger),
            {"tagger": tagger, "learned_from": not_held_out(tagger, files)},
        )


def _task(
    name: str,
    samples: list[Sample],
    setup: Solver | None,
    solve: Solver,
    score: Scorer,
    metadata: dict[str, Any],
) -> Task:
    definition = load_check(name)
    return Task(
        dataset=MemoryDataset(samples, name=name),
        setup=setup,
        solver=solve,
        scorer=score,
        name=definition.name,
        display_name=definition.title,
        description=definition.description,
        metadata=metadata,
    )


@scorer(metrics=[agreement(), repeats(), reworded(), unrated()])
def judge_agreement(judge: str = "embedded", *, rewordings: bool = False) -> Scorer:
    """Rate a conversation's human replies; metrics compare the means with the experts'.

    Args:
        judge: Which judge.
        rewordings: Whether to rate the replies by each rewording of the rubric as well.
    """
    return _judge_scorer(judge, bias=False, reword=rewordings)


@scorer(metrics=[agreement(), repeats(), reworded(), unrated(), biases()])
def judge_biases(judge: str = "embedded", *, rewordings: bool = False) -> Scorer:
    """As `judge_agreement`, and rate the replies again, varied in what should not matter.

    Args:
        judge: Which judge.
        rewordings: Whether to rate the replies by each rewording of the rubric as well.
    """
    return _judge_scorer(judge, bias=True, reword=rewordings)


def _judge_scorer(judge: str, *, bias: bool, reword: bool) -> Scorer:
    with told_by_inspect():
        instrument = judge_to_check(judge)
        by_others = reworded_judges(judge) if reword else {}
        raters: dict[str, RunJudge | None] = {judge_bias.PLAIN: instrument}
        if bias:
            raters = dict.fromkeys(judge_bias.PASSES, instrument)
            raters[judge_bias.SHUFFLED] = in_another_order(instrument)
    additions = judge_bias.load_additions()

    async def compute(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's
        exchanges = exchanges_of([conversation_of(state)])
        if not exchanges:
            return Score.unscored(reason="no_reply", explanation="no reply to rate")
        batches = judge_bias.passes(exchanges, additions)
        lost: dict[str, Counter[str]] = {}

        async def rows(name: str, rater: RunJudge, batch: judge_bias.Pass) -> list[Row]:
            with told_by_inspect():
                verdicts = await rater.rate(batch.exchanges)
            lost[name] = Counter(verdict.unscored for verdict in verdicts if verdict.unscored)
            return rows_of(batch.restored(verdict_array(verdicts)))

        checked = CheckedConversation(
            id=str(state.sample_id),
            ratings={n: await rows(n, by, batches[n]) for n, by in raters.items() if by},
            reworded={
                name: await rows(f"reworded: {name}", rater, batches[judge_bias.PLAIN])
                for name, rater in by_others.items()
            },
            experts=state.metadata[EXPERTS],
            words=mean_words(exchanges)[str(state.sample_id)],
            unscored=lost[judge_bias.PLAIN],
        )
        means = zip(DIMENSIONS, checked.means(), strict=True)
        return Score(
            value={dimension: round(float(mean), 4) for dimension, mean in means},
            explanation=_told(sum(lost.values(), Counter())),
            metadata={CHECKED: checked.model_dump(mode="json"), **references(judge=instrument)},
        )

    return compute


@scorer(metrics=[f1(), untagged()])
def people_agreement(tagger: str = "embedded") -> Scorer:
    """Tag the labelled sentences of a response, each with the whole response as context.

    Args:
        tagger: Which tagger.
    """
    with told_by_inspect():
        instrument = tagger_to_check(tagger)

    async def compute(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's
        sentences = state.metadata[SENTENCES]
        different, which = distinct([
            SplitReply(state.input_text, tuple(s["within"])) for s in sentences
        ])
        with told_by_inspect():
            tagged_once = await instrument.tag(different)
        taggings = [tagged_once[place] for place in which]
        unscored = Counter(tagging.unscored for tagging in taggings if tagging.unscored)
        checked = CheckedResponse(
            id=str(state.sample_id),
            found=[
                None if tagging.unscored else tagging.present[s["index"]].tolist()
                for s, tagging in zip(sentences, taggings, strict=True)
            ],
            present=[s["present"] for s in sentences],
            unscored=unscored,
        )
        return Score(
            value={"right": checked.right(), "sentences": len(sentences)},
            explanation=_told(unscored),
            metadata={CHECKED: checked.model_dump(mode="json"), **references(tagger=instrument)},
        )

    return compute


def _told(unscored: Counter[str]) -> str | None:
    """Why something has no score, by reason; nothing where all has."""
    return "; ".join(f"unscored: {count} ({why})" for why, count in unscored.items()) or None

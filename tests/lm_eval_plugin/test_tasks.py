"""The tasks in lm-eval: found, loaded, asked as they should be, and aggregated as records are."""

import json
import math

import pytest

pytest.importorskip("lm_eval")
pytestmark = pytest.mark.slow  # lm-eval alone takes seconds to import

import lm_eval  # noqa: E402
from lm_eval.tasks import TaskManager  # noqa: E402

from mint_bench.errors import MintError  # noqa: E402
from mint_bench.judging import load_judge  # noqa: E402
from mint_bench.judging.judge import DIMENSIONS  # noqa: E402
from mint_bench.lm_eval_plugin import empathy_rating, gold_history, tactics  # noqa: E402
from mint_bench.records.figures import figures  # noqa: E402
from mint_bench.records.lm_eval import record_from_samples  # noqa: E402
from mint_bench.replay.definition import load_task  # noqa: E402
from mint_bench.replay.histories import gold_prompts  # noqa: E402
from mint_bench.resources import resource  # noqa: E402
from mint_bench.sources import load  # noqa: E402
from mint_bench.tactics import load_tagger  # noqa: E402
from mint_bench.tactics.tagger import TACTICS  # noqa: E402
from tests.cli.typed import type_in  # noqa: E402
from tests.records.lm_eval_files import document, sample, write  # noqa: E402

STARTER = {"source": "starter", "conversations": 2, "max_turns": 3}


@pytest.fixture(scope="module")
def manager():
    return TaskManager(
        include_path=str(resource("tasks", "lm_eval")), include_defaults=False, metadata=STARTER
    )


@pytest.fixture(scope="module")
def gold(manager):
    return manager.load(["mint_gold_history"])["tasks"]["mint_gold_history"]


def as_lists(messages):
    """What stands in place of a chat template: the messages themselves."""
    return messages


def test_lm_eval_calls_the_group_and_its_tasks_valid():
    done = type_in(
        "lm-eval", "validate", "--tasks", "mint,mint_gold_history,mint_tactics,mint_empathy_rating"
    )
    assert done.code == 0, done.err
    assert "All tasks found and valid" in done.out


def test_each_document_is_a_supporter_turn(gold):
    talks = [talk.truncated(3) for talk in load("starter").conversations[:2]]
    asked = [(doc["conversation"], doc["t"]) for doc in gold.eval_docs]
    assert asked == [(c.id, t) for c in talks for t in range(1, len(c.scored_turns) + 1)]


def test_with_a_chat_template_the_model_sees_what_inspect_would_send(gold):
    talk = load("starter").conversations[0].truncated(3)
    prompts = gold_prompts(talk, load_task("gold_history").prompt())
    shown = [
        gold.fewshot_context(doc, num_fewshot=0, apply_chat_template=True, chat_template=as_lists)
        for doc in list(gold.eval_docs)[: len(prompts)]
    ]
    assert shown == [
        [{"role": line.role, "content": line.text} for line in prompt] for prompt in prompts
    ]


def test_a_system_instruction_of_the_caller_comes_first(gold):
    [system, *_] = gold.fewshot_context(
        gold.eval_docs[0],
        num_fewshot=0,
        system_instruction="Speak softly.",
        apply_chat_template=True,
        chat_template=as_lists,
    )
    assert system["content"] == f"Speak softly.\n\n{load_task('gold_history').prompt()}"


def test_without_a_chat_template_the_model_stops_before_the_seekers_line(gold):
    doc = gold.eval_docs[0]
    text = gold.fewshot_context(doc, num_fewshot=0)
    assert text.startswith(load_task("gold_history").prompt())
    assert text.endswith(f"Seeker: {doc['messages'][-1]['content']}\n\nSupporter:")
    plain, chat = (
        gold.construct_requests(doc, text, apply_chat_template=template).arguments[1]["until"]
        for template in (False, True)
    )
    assert ("\nSeeker:" in plain, chat) == (True, [])


def test_sampling_is_that_of_the_task_in_inspect(gold):
    ours = load_task("gold_history").sampling
    asked = gold.config.generation_kwargs
    assert (asked["temperature"], asked["max_gen_toks"]) == (ours.temperature, ours.max_tokens)


def test_conversations_in_chinese_get_the_prompt_that_inspect_gives_them(tmp_path):
    said = [("user", "我丢了工作。"), ("assistant", "我在听。")]
    messages = [{"role": role, "content": text} for role, text in said]
    path = tmp_path / "talks.jsonl"
    path.write_text(json.dumps({"id": "a", "language": "zh", "messages": messages}))
    [doc] = gold_history.documents(source=f"file:{path}")["test"]
    assert doc["system_prompt"] == load_task("gold_history").prompt(None, "zh")


@pytest.mark.parametrize("wrong", [{"conversations": 0}, {"max_turns": "3"}, {"source": 4}])
def test_a_wrong_option_is_one_line(wrong):
    with pytest.raises(MintError, match="--metadata"):
        gold_history.documents(**wrong)


def test_metrics_are_the_figures_of_the_imported_record(tmp_path):
    """Over 21 conversations, so that there are intervals."""
    [talk] = load("starter").conversations[:1]
    said = ["That is hard. What happened?", "It makes sense to be angry.", "You could rest."]
    samples, found = [], []
    for number in range(21):
        for t in (1, 2):
            doc = document(talk, t, conversation=f"c{number}", id=f"c{number}/{t}", turns=2)
            reply = said[(number * t) % 3]
            samples.append(sample(doc, reply, len(samples)))
            found.append(gold_history.process_results(doc, [reply]))
    path = write(tmp_path, samples)
    record = record_from_samples(path, load_tagger("embedded"), load_judge("embedded"))
    columns = {name: name for name in (*gold_history.NEEDS, *gold_history.POINTS)}
    columns["empathy"] = "aggregated_empathy"
    expected = figures(record.conversations, "t", list(columns.values()))
    for name, column in columns.items():
        ends = ("",) if name in gold_history.POINTS else ("", "_low", "_high")
        for end in ends:
            items = json.loads(json.dumps([one[f"{name}{end}"] for one in found]))
            value = getattr(gold_history, f"{name}{end}")(items)
            at_bound = end and expected[column].at_bound
            number = None if at_bound else getattr(expected[column], end[1:] or "value")
            assert value == pytest.approx(math.nan if number is None else number, nan_ok=True)


def test_tactics_asks_for_every_tactic_of_every_sentence_and_counts_agreement():
    docs = list(tactics.documents()["test"])
    assert len(docs) == 286 * len(TACTICS)
    right = [
        tactics.process_results(d, [(-1.0, False), (0.0 if d["label"] else -2.0, True)])
        for d in docs
    ]
    for name in (*tactics.MEANS, *tactics.COMMON, *(f"f1_{tactic}" for tactic in TACTICS)):
        assert getattr(tactics, name)([one[name] for one in right]) == 1
    always = [tactics.process_results(d, [(-1.0, False), (0.0, True)]) for d in docs]
    items = [one["macro_f1"] for one in always]
    value = tactics.macro_f1_common(items)
    assert value > tactics.macro_f1(items), (
        "rare tactics are found everywhere and are in the latter"
    )
    assert tactics.macro_f1_common_low(items) < value < tactics.macro_f1_common_high(items) < 0.5
    assert math.isnan(tactics.macro_f1(items[:9])), "no sentence was asked for all ten"


def test_empathy_rating_agrees_fully_with_a_model_that_says_the_median():
    docs = list(empathy_rating.documents()["test"])
    assert len(docs) == 315 * len(DIMENSIONS)
    found = [
        empathy_rating.process_results(d, [f'{{"score": {round(d["median"])}}}']) for d in docs
    ]
    assert empathy_rating.unrated([one["unrated"] for one in found]) == 0
    items = [one["kappa"] for one in found]
    assert empathy_rating.kappa_low(items) <= empathy_rating.kappa(items) <= 1
    assert empathy_rating.kappa(items) > 0.9
    vague = [empathy_rating.process_results(d, ["It is warm."]) for d in docs[:12]]
    assert empathy_rating.unrated([one["unrated"] for one in vague]) == 1
    assert math.isnan(empathy_rating.kappa([one["kappa"] for one in vague]))


def test_lm_eval_runs_the_group_from_its_own_command(manager):
    """With lm-eval's own dummy model, which says nothing of use."""
    results = lm_eval.simple_evaluate(
        model="dummy", tasks=["mint"], task_manager=manager, limit=20, bootstrap_iters=100
    )
    shown = results["results"]
    assert set(shown) >= {"mint_gold_history", "mint_tactics", "mint_empathy_rating"}
    assert shown["mint_gold_history"]["words,none"] == 1
    assert shown["mint_gold_history"]["unscored,none"] == 0
    assert shown["mint_gold_history"]["words_stderr,none"] == "N/A"
    assert shown["mint_empathy_rating"]["unrated,none"] == 1
    assert math.isnan(shown["mint_empathy_rating"]["kappa,none"])

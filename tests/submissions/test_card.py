"""A record's card, and its metadata as a model hub reads it."""

import pytest
from markdown_it import MarkdownIt

from mint_bench.errors import MintError
from mint_bench.records.figures import figures
from mint_bench.records.signature import signature
from mint_bench.records.store import read
from mint_bench.resources import resource
from mint_bench.submissions.card import card, model_card
from tests.cli.typed import type_in

SYSTEM = "baseline1_vanilla_Qwen3-1.7B"


@pytest.fixture(scope="module")
def record():
    [path] = (resource("results") / SYSTEM).glob("*.json")
    return read(path)


def test_the_hub_reads_every_figure_from_the_metadata(record):
    hub = pytest.importorskip("huggingface_hub")
    found = hub.ModelCard(model_card(record, "https://example.org/board/")).data.eval_results
    own = figures(record.conversations)
    by_type = {one.metric_type: one for one in found}
    assert {"aggregated_empathy", "repetition_vs_self", "density", "advice_giving"} <= set(by_type)
    empathy = by_type["aggregated_empathy"]
    assert empathy.metric_value == round(own["aggregated_empathy"].value, 4)
    assert empathy.metric_args["low"] == round(own["aggregated_empathy"].low, 4)
    assert empathy.dataset_type == "lend_an_ear"
    assert empathy.dataset_revision == record.board.source.revision
    assert empathy.dataset_args["signature"] == signature(record)
    assert empathy.source_url == "https://example.org/board/"


def test_the_metadata_comes_back_as_it_was(record):
    hub = pytest.importorskip("huggingface_hub")
    data = hub.ModelCard(model_card(record)).data
    again = hub.ModelCard(f"---\n{data.to_yaml()}\n---\n").data
    assert again.eval_results == data.eval_results


def test_the_card_draws_each_interval_on_its_scale(record):
    text = card(record)
    [line] = [line for line in text.splitlines() if line.startswith("| empathy |")]
    bar = line.split("`")[1]
    assert (len(bar), bar.count("●")) == (24, 1)
    assert bar.index("●") == round((figures(record.conversations)["aggregated_empathy"].value - 1)
                                   / 4 * 23)  # fmt: skip
    assert f"`{signature(record)}`" in text
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("<tr>") == 7


def test_a_card_without_interval_or_figure_has_a_dash_nowhere(record):
    few = record.model_copy(update={"conversations": record.conversations[:2]})
    assert "–" not in [cell.strip() for cell in card(few).split("|")]


def test_people_have_no_model_card(record):
    with pytest.raises(MintError, match="is human"):
        model_card(record.model_copy(update={"kind": "human"}))


def test_the_command_prints_both_forms():
    done = type_in("card", SYSTEM)
    assert (done.code, done.out.startswith("---\nmodel-index:")) == (0, True)
    plain = type_in("card", SYSTEM, "--plain")
    assert plain.out.startswith("### baseline1 vanilla Qwen3-1.7B")
    assert done.out.endswith(plain.out)
    wrong = type_in("card", SYSTEM, "--url", "javascript:x")
    assert (wrong.code, "--url" in wrong.err) == (2, True)

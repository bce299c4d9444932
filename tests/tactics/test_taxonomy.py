"""The ten tactics as data: complete, in order, nothing twice, and faults told in one line."""

import json

import pytest
import yaml

from mint_bench.errors import MintError
from mint_bench.resources import resource
from mint_bench.tactics.tagger import TACTICS
from mint_bench.tactics.taxonomy import Taxonomy, load_taxonomy

REWRITE = (
    "the model changed; write the schema anew with write_json("
    'Path("scorers/tactics.schema.json"), Taxonomy.model_json_schema())'
)


@pytest.fixture
def content():
    """The shipped file, decoded, to be broken."""
    return yaml.safe_load(resource("scorers", "tactics.yaml").read_text("utf-8"))


def fault(tmp_path, content):
    """What is said of a taxonomy file with this content."""
    path = tmp_path / "mine.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")
    with pytest.raises(MintError) as caught:
        load_taxonomy(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message.removeprefix(str(path))


def test_the_tactics_stand_in_the_agreed_order():
    assert tuple(tactic.name for tactic in load_taxonomy().tactics) == TACTICS


def test_each_tactic_has_enough_rules_and_sentences():
    for tactic in load_taxonomy().tactics:
        assert len(tactic.boundaries) >= 3
        assert len(tactic.examples) >= 4
        assert len(tactic.counter_examples) >= 3
        assert len(tactic.definition.split()) >= 30


def test_short_names_are_short_and_differ():
    shorts = [tactic.short for tactic in load_taxonomy().tactics]
    assert len(set(shorts)) == len(TACTICS)
    assert all(2 <= len(short) <= 6 for short in shorts)


def test_no_sentence_stands_twice():
    sentences = [
        sentence
        for tactic in load_taxonomy().tactics
        for sentence in (*tactic.examples, *(c.sentence for c in tactic.counter_examples))
    ]
    assert len({" ".join(sentence.casefold().split()) for sentence in sentences}) == len(sentences)


def test_a_taxonomy_cannot_be_changed_in_memory():
    with pytest.raises(ValueError, match="frozen"):
        load_taxonomy().tactics[0].title = "Facts"


def test_the_schema_beside_the_file_is_the_models():
    committed = json.loads(resource("scorers", "tactics.schema.json").read_text("utf-8"))
    assert committed == Taxonomy.model_json_schema(), REWRITE


def test_the_sha_follows_the_content_and_not_the_layout(tmp_path, content):
    path = tmp_path / "mine.yaml"
    path.write_text("# a remark\n" + yaml.safe_dump(content, width=40), "utf-8")
    assert load_taxonomy(path).sha == load_taxonomy().sha
    content["tactics"][0]["examples"][0] += " Really."
    path.write_text(yaml.safe_dump(content), "utf-8")
    assert load_taxonomy(path).sha != load_taxonomy().sha


def test_json_does_as_well(tmp_path, content):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(content), "utf-8")
    assert load_taxonomy(path) == load_taxonomy()


def test_an_unknown_field_is_named(tmp_path, content):
    content["tactics"][3]["colour"] = "red"
    assert fault(tmp_path, content).startswith(": tactics.3.colour: unknown field")


def test_a_missing_field_is_named(tmp_path, content):
    del content["tactics"][9]["definition"]
    assert fault(tmp_path, content) == ": tactics.9.definition: missing"


def test_an_empty_text_is_a_fault(tmp_path, content):
    content["tactics"][1]["examples"][2] = "  "
    assert ": tactics.1.examples.2: " in fault(tmp_path, content)


def test_too_few_examples_are_a_fault(tmp_path, content):
    content["tactics"][1]["counter_examples"] = content["tactics"][1]["counter_examples"][:2]
    assert ": tactics.1.counter_examples: " in fault(tmp_path, content)


def test_the_wrong_order_is_told(tmp_path, content):
    content["tactics"].insert(0, content["tactics"].pop(2))
    message = fault(tmp_path, content)
    assert "tactics.0.name is 'advice', expected 'information'" in message


def test_nine_tactics_are_too_few(tmp_path, content):
    content["tactics"].pop()
    assert ": tactics: " in fault(tmp_path, content)


def test_a_sentence_in_two_tactics_is_a_fault(tmp_path, content):
    content["tactics"][5]["examples"][0] = content["tactics"][2]["examples"][1].upper()
    assert "stands twice: under advice and paraphrasing" in fault(tmp_path, content)


def test_a_short_name_used_twice_is_a_fault(tmp_path, content):
    content["tactics"][4]["short"] = "info"
    assert "short 'info' stands twice: under information and" in fault(tmp_path, content)


def test_several_faults_are_counted(tmp_path, content):
    del content["tactics"][0]["title"]
    content["tactics"][7]["extra"] = 1
    assert fault(tmp_path, content) == ": tactics.0.title: missing (and 1 more)"


@pytest.mark.parametrize("text", ["", "just words", "- a list", "42"])
def test_a_file_without_fields_is_a_fault(tmp_path, text):
    assert "expected named fields" in fault(tmp_path, text)

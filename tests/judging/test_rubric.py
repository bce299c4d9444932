"""The empathy rubric as data: six dimensions, all anchors, and faults told in one line."""

import json

import pytest
import yaml

from mint_bench.errors import MintError
from mint_bench.judging.judge import DIMENSIONS, HIGHER_IS_BETTER
from mint_bench.judging.rubric import Rubric, load_rubric
from mint_bench.resources import resource

REWRITE = (
    "the model changed; write the schema anew with write_json("
    'Path("scorers/empathy.schema.json"), Rubric.model_json_schema())'
)


@pytest.fixture
def content():
    """The shipped file, decoded, to be broken."""
    return yaml.safe_load(resource("scorers", "empathy.yaml").read_text("utf-8"))


def fault(tmp_path, content):
    """What is said of a rubric file with this content."""
    path = tmp_path / "mine.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")
    with pytest.raises(MintError) as caught:
        load_rubric(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message.removeprefix(str(path))


def test_the_dimensions_stand_in_the_agreed_order_and_direction():
    dimensions = load_rubric().dimensions
    assert tuple(dimension.name for dimension in dimensions) == DIMENSIONS
    assert tuple(d.direction == "higher" for d in dimensions) == HIGHER_IS_BETTER


def test_each_point_of_the_scale_has_its_own_anchor():
    for dimension in load_rubric().dimensions:
        assert len(set(dimension.anchors.texts)) == 5


def test_each_end_has_two_replies():
    for dimension in load_rubric().dimensions:
        assert [sum(e.score == end for e in dimension.examples) for end in (1, 5)] == [2, 2]


def test_the_ends_answer_the_same_situations():
    for dimension in load_rubric().dimensions:
        low, high = ({e.situation for e in dimension.examples if e.score == s} for s in (1, 5))
        assert low == high


def test_no_reply_stands_twice():
    replies = [e.reply for dimension in load_rubric().dimensions for e in dimension.examples]
    assert len(set(replies)) == len(replies)


def test_the_schema_beside_the_file_is_the_models():
    committed = json.loads(resource("scorers", "empathy.schema.json").read_text("utf-8"))
    assert committed == Rubric.model_json_schema(), REWRITE


def test_the_sha_follows_the_content_and_not_the_layout(tmp_path, content):
    path = tmp_path / "mine.yaml"
    path.write_text("# a remark\n" + yaml.safe_dump(content, width=40), "utf-8")
    assert load_rubric(path).sha == load_rubric().sha
    content["dimensions"][0]["anchors"][3] += " Really."
    path.write_text(yaml.safe_dump(content), "utf-8")
    assert load_rubric(path).sha != load_rubric().sha


def test_json_does_as_well(tmp_path, content):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(content), "utf-8")
    assert load_rubric(path) == load_rubric()


def test_a_missing_anchor_is_named(tmp_path, content):
    del content["dimensions"][2]["anchors"][4]
    assert fault(tmp_path, content) == ": dimensions.2.anchors.4: missing"


def test_a_sixth_anchor_is_unknown(tmp_path, content):
    content["dimensions"][2]["anchors"][6] = "Beyond the scale."
    assert fault(tmp_path, content).startswith(": dimensions.2.anchors.6: unknown field")


def test_an_unknown_field_is_named(tmp_path, content):
    content["scale"] = 7
    assert fault(tmp_path, content).startswith(": scale: unknown field")


def test_the_wrong_order_is_told(tmp_path, content):
    content["dimensions"].reverse()
    expected = "dimensions.0.name is 'dismissing_emotions', expected 'validating_emotions'"
    assert expected in fault(tmp_path, content)


def test_the_wrong_direction_is_told(tmp_path, content):
    content["dimensions"][3]["direction"] = "higher"
    expected = "dimensions.3.direction is 'higher', but lower is better in advice_giving"
    assert expected in fault(tmp_path, content)


def test_an_example_in_the_middle_of_the_scale_is_a_fault(tmp_path, content):
    content["dimensions"][1]["examples"][0]["score"] = 3
    message = fault(tmp_path, content)
    assert ": dimensions.1.examples.0.score: " in message
    assert "found 3" in message


def test_an_end_with_one_reply_is_a_fault(tmp_path, content):
    content["dimensions"][1]["examples"][0]["score"] = 5
    assert "at least 2 examples of score 1, found 1" in fault(tmp_path, content)

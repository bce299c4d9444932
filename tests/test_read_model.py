"""YAML, and models read from files: plain data only, and every fault one line."""

import pytest
from pydantic import BaseModel, ConfigDict, Field

from mint_bench.errors import MintError
from mint_bench.files import read_model, read_yaml, validate_model


class Leg(BaseModel):
    model_config = ConfigDict(extra="forbid")

    length: float = Field(ge=0)


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    legs: list[Leg]
    shelves: tuple[Leg, ...] = Field(default=(Leg(length=1),), min_length=1)


def read(tmp_path, text, name="table.yaml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return read_model(path, Table)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table.yaml", "legs:\n- length: 70\n"),
        ("table.yml", "legs: [{length: 70}]"),
        ("table.json", '{"legs": [{"length": 70}]}'),
    ],
)
def test_json_and_yaml_give_the_same_model(tmp_path, name, text):
    assert read(tmp_path, text, name) == Table(legs=[Leg(length=70)])


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(MintError, match=r"table.toml: expected a name that ends in"):
        read(tmp_path, "legs = []", "table.toml")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MintError, match=r"none.yaml: no such file"):
        read_model(tmp_path / "none.yaml", Table)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("legs: [1, 2", r"table.yaml, line 1: not plain YAML"),
        ("legs: !!python/object/apply:os.system ['true']", r"line 1: not plain YAML .*python"),
        ("a: 1\nlegs: !!python/tuple [1]", r"line 2: not plain YAML .*python"),
        ("legs: []\n---\nlegs: []", r"not plain YAML"),
        ("legs: \x07", r"not plain YAML"),
        ("legs: 2024-99-99", r"not plain YAML"),
        ("legs: !!bool x", r"line 1: not plain YAML .*tag:yaml.org,2002:bool\)"),
        ('legs: !!int ""', r"line 1: not plain YAML .*2002:int"),
        ('a: 1\nlegs: !!float ""', r"line 2: not plain YAML .*2002:float"),
        ("legs: !!timestamp x", r"line 1: not plain YAML .*2002:timestamp"),
        ("legs: [! x]", r"line 1: not plain YAML .*the tag !"),
        ("legs: " + "1:" * 200 + "1.5", r"not plain YAML .*too large"),
        ("legs: " + "[" * 5000, r"nested too deeply|not plain YAML"),
        ("legs: []\nlegs: []", r"table.yaml, line 2: 'legs' stands here a second time"),
        ("legs:\n- length: 1\n  length: 2", r"line 3: 'length' stands here a second time"),
        ("legs: &a [*a]", r"table.yaml: its aliases .* or one for itself"),
        ("legs: []\n[1]: 2", r"table.yaml"),
    ],
)
def test_what_is_no_plain_yaml_is_told_in_one_line(tmp_path, text, said):
    with pytest.raises(MintError, match=said) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_an_anchor_may_be_used_twice(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("a: &a {x: 1}\nb: *a\nc: {<<: *a, x: 2}\n", "utf-8")
    assert read_yaml(path) == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 2}}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"legs": [{"length": 1}, {"length": -2}]}, "record 7: legs.1.length: .*found -2"),
        ({"legs": [{}]}, "record 7: legs.0.length: missing$"),
        ({"legs": [], "top": "oak"}, "record 7: top: unknown field; check"),
        ({"legs": [{}, {}, {}]}, r"record 7: legs.0.length: missing \(and 2 more\)$"),
        ({"legs": [3]}, "record 7: legs.0: expected named fields, found 3$"),
        ({"legs": [], "shelves": [{}]}, "record 7: shelves.0.length: missing$"),
        ({"legs": [], "shelves": []}, r"record 7: shelves: must not be empty$"),
        ({"legs": 3}, "record 7: legs: expected a list, found 3$"),
        ({"legs": [{"length": "long"}]}, "legs.0.length: expected a number, found 'long'$"),
        ({"leggs": []}, r"record 7: leggs: unknown field; did you mean legs\?$"),
        ({"legs": [{"lenght": 1}]}, r"legs.0.lenght: unknown field; did you mean length\?$"),
        ({"legs": [], "shelves": [{"lenght": 1}]}, r"shelves.0.lenght: .* mean length\?$"),
        ({"legs": [{"lenght": 1}, {}]}, r"legs.0.lenght: .* mean length\? \(and 1 more\)$"),
        (None, "record 7: expected named fields, found None$"),
        ({"legs": [{"length": "x" * 900}]}, r"^.{1,150}$"),
    ],
)
def test_a_value_that_does_not_fit_names_its_field(value, said):
    with pytest.raises(MintError, match=said) as caught:
        validate_model(value, Table, "record 7")
    assert "\n" not in str(caught.value)

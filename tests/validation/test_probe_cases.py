"""The probes as data: enough of them, no two alike, and faults told by file and field."""

import json
import shutil
from collections import Counter
from typing import get_args

import pytest
import yaml

from mint_bench.conversation import Speaker
from mint_bench.errors import MintError
from mint_bench.judging.guards import MOST_WORDS
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.resources import resource
from mint_bench.validation.probe_cases import load_probes
from mint_bench.validation.probe_files import AGGREGATE, FEWEST_CASES, Column, Gate, Kind, Seekers
from mint_bench.validation.probes import key

MODELS = {"seekers": Seekers, "kind": Kind, "gate": Gate}
REWRITE = (
    "the model changed; write the schema anew with write_json("
    'Path("scorers/probes/{0}.schema.json"), {1}.model_json_schema())'
)


def test_bounds_are_set_on_the_judges_dimensions_and_their_aggregate():
    assert get_args(Column) == (*DIMENSIONS, AGGREGATE)


@pytest.fixture
def folder(tmp_path):
    """The shipped probes, to be broken."""
    shutil.copytree(resource("scorers", "probes"), tmp_path / "probes")
    return tmp_path / "probes"


def alter(path, change):
    content = yaml.safe_load(path.read_text("utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def cases_of(name):
    return [probe for probe in load_probes().probes if probe.kind.name == name]


def test_there_are_at_least_14_kinds_of_attack_with_20_cases_each():
    kinds = [kind for kind in load_probes().kinds if not kind.control]
    assert len(kinds) >= 14
    assert all(len(kind.cases) >= FEWEST_CASES == 20 for kind in kinds)


def test_good_replies_stand_as_a_control():
    [control] = [kind for kind in load_probes().kinds if kind.control]
    assert control.expect.at_least["aggregate"] > 3
    assert control.expect.unscored == "lapse"


def test_no_exchange_stands_twice():
    counts = Counter((p.kind.name, key(p.attack)) for p in load_probes().probes)
    assert max(counts.values()) == 1
    written = Counter(case.reply for kind in load_probes().kinds for case in kind.cases)
    repeated = {text for text, count in written.items() if count > 1}
    assert all("{" in text for text in repeated), "a text without a seeker's words stands twice"


def test_a_kind_takes_each_seeker_once():
    for kind in load_probes().kinds:
        assert len({case.seeker for case in kind.cases}) == len(kind.cases)


def test_seekers_and_their_replies_are_all_different():
    seekers = yaml.safe_load(resource("scorers", "probes", "seekers.yaml").read_text("utf-8"))
    for field in ("name", "says", "honest"):
        values = [seeker[field] for seeker in seekers["seekers"]]
        assert len(set(values)) == len(values) >= 40


@pytest.mark.parametrize("name", MODELS)
def test_the_schema_beside_the_files_is_the_models(name):
    model = MODELS[name]
    committed = json.loads(resource("scorers", "probes", f"{name}.schema.json").read_text("utf-8"))
    assert committed == model.model_json_schema(), REWRITE.format(name, model.__name__)


def test_every_file_names_its_schema():
    files = [*resource("scorers", "probes").rglob("*.yaml")]
    heads = {path.read_text("utf-8").splitlines()[0] for path in files}
    assert all(head.startswith("# yaml-language-server: $schema=") for head in heads)


def test_reasoning_alone_is_an_empty_reply_as_in_scoring():
    empty = {probe.attack.reply for probe in cases_of("empty")}
    assert "" in empty
    assert not any("think" in reply for reply in empty)


def test_a_quotation_is_filled_in():
    [copied] = [p for p in cases_of("seeker_copied") if p.number == 1]
    assert copied.attack.reply == copied.attack.history[-1].text
    assert not any("{honest" in p.attack.reply for p in load_probes().probes)


def test_a_pasted_reply_stands_at_every_turn_of_the_supporter():
    for probe in cases_of("pasted_reply"):
        said = [t.text for t in probe.attack.history if t.speaker is Speaker.SUPPORTER]
        assert said
        assert set(said) == {probe.attack.reply}
        assert probe.references["honest"].history == probe.attack.history


def test_padding_goes_round_until_there_are_enough_words():
    for probe in cases_of("long_winded"):
        longest = max(len(p.split()) for p in probe.kind.padding.paragraphs)
        assert 2000 <= len(probe.attack.reply.split()) < 2000 + longest
    starts = [probe.attack.reply.split("\n\n")[1] for probe in cases_of("long_winded")]
    assert len(set(starts)) == 12


def test_one_sentence_stands_as_often_as_its_case_says():
    for probe in cases_of("one_sentence"):
        case = probe.kind.cases[probe.number - 1]
        assert case.times >= 8
        assert probe.attack.reply == " ".join([case.reply] * case.times)
        assert len(probe.attack.reply.split()) < MOST_WORDS


def test_sorted_words_are_the_honest_replys():
    for probe in cases_of("word_salad"):
        words = probe.attack.reply.split()
        assert words == sorted(words, key=str.lower)
        assert Counter(words) == Counter(probe.references["honest"].reply.split())


def test_the_sha_follows_the_content_and_not_the_layout(folder):
    gate = folder / "gate.yaml"
    gate.write_text("# a remark\n" + gate.read_text("utf-8"), "utf-8")
    assert load_probes(folder).sha == load_probes().sha


def test_nineteen_cases_are_too_few(folder):
    path = folder / "kinds" / "empty.yaml"
    alter(path, lambda kind: kind["cases"].pop())
    with pytest.raises(MintError, match=r"empty\.yaml: cases: .*at least 20"):
        load_probes(folder)


def test_an_unknown_seeker_is_named_with_the_case(folder):
    path = folder / "kinds" / "empty.yaml"
    alter(path, lambda kind: kind["cases"][3].update(seeker="nobody"))
    with pytest.raises(MintError, match=r"empty\.yaml: cases\.3: no seeker is called 'nobody'"):
        load_probes(folder)


def test_a_comparison_with_a_reply_that_is_not_there_is_told(folder):
    alter(folder / "seekers.yaml", lambda data: data["seekers"][0].pop("cold"))
    with pytest.raises(MintError, match="seeker 'bees' has no cold reply"):
        load_probes(folder)


def test_an_expectation_of_nothing_is_a_fault(folder):
    path = folder / "kinds" / "symbols.yaml"
    alter(path, lambda kind: kind["expect"].pop("at_most"))
    with pytest.raises(MintError, match="expects nothing"):
        load_probes(folder)


def test_a_dimension_that_does_not_exist_is_named(folder):
    path = folder / "kinds" / "symbols.yaml"
    alter(path, lambda kind: kind["expect"]["at_most"].update(warmth=2))
    with pytest.raises(MintError, match=r"expect\.at_most\.warmth"):
        load_probes(folder)


def test_a_kind_is_called_as_its_file_is(folder):
    (folder / "kinds" / "symbols.yaml").rename(folder / "kinds" / "signs.yaml")
    with pytest.raises(MintError, match=r"signs\.yaml: name: expected 'signs'"):
        load_probes(folder)


def test_two_seekers_of_one_name_are_a_fault(folder):
    alter(folder / "seekers.yaml", lambda data: data["seekers"][1].update(name="bees"))
    with pytest.raises(MintError, match="two seekers are called bees"):
        load_probes(folder)

"""Records on disk: what is written is read again, and what was altered is refused."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mint_bench.errors import MintError
from mint_bench.marks import ACTING
from mint_bench.records.schema import Settings
from mint_bench.records.store import digest, read, read_all, record_path, write
from mint_bench.scoring import ScoredConversation, ScoredTurn
from tests.records.release import a_record, a_turn

counts = st.lists(st.integers(0, 9), min_size=10, max_size=10)
names = st.from_regex(rf"[^{ACTING}|\ud800-\udfff]{{1,12}}", fullmatch=True)
turns = st.builds(
    ScoredTurn,
    t=st.integers(1, 30),
    human_tactics=st.none() | counts,
    tactics=st.none() | counts,
    ratings=st.none() | st.lists(st.none() | st.floats(1, 5), min_size=6, max_size=6),
    words=st.none() | st.integers(0, 900),
    tokens=st.none() | st.integers(0, 900),
    reasoning_tokens=st.none() | st.integers(0, 900),
    surface=st.dictionaries(names, st.floats(0, 1), max_size=2),
    flags=st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True), max_size=2),
    unscored=st.dictionaries(names, names, max_size=2),
)
conversations = st.builds(
    ScoredConversation,
    id=names,
    epoch=st.integers(1, 3),
    turns=st.lists(turns, max_size=3),
    surface=st.dictionaries(names, st.floats(0, 1), max_size=2),
)


@given(held=st.lists(conversations, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(tmp_path_factory, held):
    record = a_record(conversations=held)
    folder = tmp_path_factory.mktemp("results")
    assert read(write(record, folder)) == record


def test_the_same_record_is_the_same_file_with_a_line_a_turn(tmp_path):
    record = a_record()
    one, two = write(record, tmp_path / "one"), write(record, tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()
    assert one.relative_to(tmp_path / "one") == two.relative_to(tmp_path / "two")
    lines = [x for x in one.read_text().splitlines() if '"t":' in x]
    assert len(lines) == sum(len(c.turns) for c in record.conversations)


def test_the_layout_does_not_matter_to_the_digest(tmp_path):
    path = write(a_record(), tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()), indent=3))
    assert read(path) == a_record()


NUMBERS = re.compile(r"(?<=[:,\[])-?\d+(\.\d+)?(?=[,\]}\n])")


def test_a_hand_edit_of_any_number_is_refused(tmp_path):
    path = write(a_record(1), tmp_path)
    text = path.read_text()
    start = text.index('"conversations"')
    found = list(NUMBERS.finditer(text, start))
    assert len(found) > 50
    for number in found:
        path.write_text(f"{text[: number.start()]}{float(number[0]) + 1:g}{text[number.end() :]}")
        with pytest.raises(MintError):
            read(path)
    changed = text.replace('"words":5', '"words":6', 1)
    path.write_text(changed)
    with pytest.raises(MintError, match="digest: the record was changed"):
        read(path)


def alter(path, change, *, redigest=False):
    value = json.loads(path.read_text())
    change(value)
    if redigest:
        value["digest"] = digest(value)
    path.write_text(json.dumps(value))


def at(*place, to):
    def change(value):
        for step in place[:-1]:
            value = value[step]
        value[place[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (at("schema", to=2), "schema: 2 is not known"),
        (lambda v: v.pop("schema"), "schema: None is not known"),
        (at("mood", to="fine"), "mood: unknown field"),
        (at("board", "tagger", "mood", to=1), "board.tagger.mood: unknown field"),
        (lambda v: v["settings"].pop("model"), "settings.model: missing"),
        (at("conversations", to=[]), "conversations: "),
        (at("conversations", 0, "turns", 0, "ratings", 2, to=9), "turns.0.ratings.2"),
        (at("conversations", 0, "turns", 0, "tactics", 4, to=-1), "turns.0.tactics.4"),
        (at("conversations", 0, "turns", 0, "tactics", to=[1]), "turns.0.tactics"),
        (at("conversations", 0, "turns", 0, "t", to=0), "turns.0.t"),
        (at("system", to="../up"), "system"),
        (at("title", to="two\nlines"), "title"),
        (at("title", to=" \u3000"), "title"),
        (at("conversations", 0, "turns", 0, "words", to=10**400), "turns.0.words"),
        (at("provenance", "tokens", to={"input": -1}), "provenance.tokens.input"),
        (at("provenance", "finished", to="0001-01-01T00:00:00+14:00"), "the year 1 is outside"),
        (at("provenance", "started", to="2026-11-29T07:18:19"), "a time needs its zone"),
        (lambda v: v.pop("digest"), "digest: missing"),
    ],
)
def test_a_faulty_field_is_named(tmp_path, change, named):
    path = write(a_record(), tmp_path)
    redigest = "digest" not in named
    alter(path, change, redigest=redigest)
    with pytest.raises(MintError) as fault:
        read(path)
    assert str(fault.value).startswith(str(path))
    assert named in str(fault.value)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_are_refused(tmp_path, constant):
    path = write(a_record(), tmp_path)
    path.write_text(path.read_text().replace('"words":5', f'"words":{constant}', 1))
    with pytest.raises(MintError, match=f"{constant} is not allowed"):
        read(path)


@pytest.mark.parametrize("text", ["", "[]", "{", '"record"'])
def test_what_is_no_record_is_told_in_a_line(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(MintError, match=r"x\.json") as fault:
        read(path)
    assert "\n" not in str(fault.value)


def test_the_same_system_and_signature_twice_is_a_fault(tmp_path):
    path = write(a_record(), tmp_path)
    (path.parent / "copy.json").write_text(path.read_text())
    with pytest.raises(MintError, match="same system and signature as"):
        read_all(tmp_path)


def test_one_system_with_other_settings_is_another_record(tmp_path):
    one = a_record()
    two = a_record(settings=Settings(model="m", sampling={"temperature": 0.1}))
    assert record_path(one, tmp_path) != record_path(two, tmp_path)
    write(one, tmp_path)
    write(two, tmp_path)
    assert len(read_all(tmp_path)) == 2


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(MintError, match="no such folder of records"):
        read_all(tmp_path / "nowhere")


def test_empty_parts_are_left_out_and_come_back_empty(tmp_path):
    talk = ScoredConversation(id="a", turns=[a_turn(1), a_turn(2, flags=["cut_off"])])
    path = write(a_record(conversations=[talk]), tmp_path)
    first, second = json.loads(path.read_text())["conversations"][0]["turns"]
    assert "flags" not in first
    assert second["flags"] == ["cut_off"]
    assert read(path).conversations[0].turns[0].flags == []

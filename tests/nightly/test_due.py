"""What is due: what changed, what is old, and nothing else."""

from datetime import date
from types import SimpleNamespace

import pytest

from mint_bench.engines.suite import Suite
from mint_bench.errors import MintError
from mint_bench.nightly.definition import Part, read_nightly
from mint_bench.nightly.due import Candidate, candidates, reasons

TODAY = date(2026, 11, 24)
SHAPE = {"mint-bench": "0.1.0", "tagger": "aaaa", "model": "r1"}


def candidate(every=7, **shape):
    part = Part(suite=Suite(systems=["mint/parrot"]), every=every)
    return Candidate(part, None, "parrot", SHAPE | shape)


def last(days_ago, **shape):
    night = date.fromordinal(TODAY.toordinal() - days_ago)
    return SimpleNamespace(night=night, shape=SHAPE | shape)


def written(tmp_path, text):
    path = tmp_path / "nightly.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("one", "before", "expected"),
    [
        (candidate(), None, ["new"]),
        (candidate(), last(0), []),
        (candidate(), last(6), []),
        (candidate(), last(7), ["7 days old"]),
        (candidate(every=1), last(1), ["1 day old"]),
        (candidate(model="r2"), last(1), ["changed: model"]),
        (candidate(tagger="bbbb", judge="c"), last(9), ["changed: tagger, judge", "9 days old"]),
    ],
)
def test_due_is_what_is_new_or_changed_or_old(one, before, expected):
    assert reasons(one, before, TODAY) == expected


def test_the_shipped_file_holds_the_embedded_model_and_all_trivial_systems():
    nightly = read_nightly()
    models = {system.model for part in nightly.parts for system in part.suite.systems}
    assert models == {
        "embedded", "mint/silence", "mint/always_validate", "mint/copy_last",
        "mint/random_tactics", "mint/parrot",
    }  # fmt: skip
    assert all(part.sources == ("lend_an_ear", "starter") for part in nightly.parts)


def test_the_first_source_that_can_be_had_is_taken(tmp_path, monkeypatch):
    monkeypatch.delenv("MINT_BENCH_DATA", raising=False)
    part = Part(
        suite=Suite(systems=["mint/parrot"]), sources=(f"file:{tmp_path}/none.jsonl", "starter")
    )
    assert part.with_source().source == "starter"
    with pytest.raises(MintError, match="no source can be had"):
        part.model_copy(update={"sources": part.sources[:1]}).with_source()


def test_what_shapes_a_result_is_known_beforehand(tmp_path):
    text = "parts: [{suite: {name: s, source: starter, systems: [mint/parrot], judge: none}}]"
    (one,) = candidates(read_nightly(written(tmp_path, text)))
    assert one.name == "s-mint-parrot-multi_turn"
    assert set(one.shape) == {
        "mint-bench", "conversations", "task", "what is asked", "tagger", "model",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("parts: []", "parts"),
        ("parts: [{suite: {systems: [mint/parrot]}}]\nfigures: [empathie]", "is no figure"),
        ("parts: [{suite: {systems: [a/b]}}, {suite: {systems: [a/b]}}]", "same name"),
        ("parts: [{suite: {systems: [a/b]}, evry: 2}]", "evry"),
    ],
)
def test_a_file_at_fault_is_told_in_one_line(tmp_path, text, told):
    with pytest.raises(MintError, match=told):
        read_nightly(written(tmp_path, text))


def test_one_system_twice_on_a_task_is_refused(tmp_path):
    text = """
parts:
  - suite:
      source: starter
      judge: none
      tagger: none
      systems: [{model: mint/parrot, seed: 1}, {model: mint/parrot, seed: 2}]
"""
    with pytest.raises(MintError, match="stands twice"):
        candidates(read_nightly(written(tmp_path, text)))

"""What variants do to one model: paired by conversation, told as it is, gone on with."""

import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from xml.etree import ElementTree as ET

import pytest

from mint_bench.conversation import Reply
from mint_bench.engines.telling import Telling
from mint_bench.errors import MintError
from mint_bench.grpo.checkpoints import latest
from mint_bench.grpo.drawing import DARK, changes, curves
from mint_bench.grpo.evidence import VARIANTS, aims, evidence, outcomes, page_text, variant_settings
from mint_bench.grpo.recipe import WatchSettings
from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.grpo.watch import Watch
from tests.grpo.talks import talks

QUESTION, ADVICE, WARMTH = (
    "What happened then?", "You should call the union tomorrow.", "That makes complete sense.",
)  # fmt: skip


@pytest.fixture(scope="module")
def watch():
    return Watch(WatchSettings(conversations=24, tagger="embedded-fast"), talks(24))


def measured(watch, stubborn):
    """Figures of a system that repeats its moves in every conversation but each so-manieth."""
    count = iter(range(10_000))

    def reply(history):
        turn = len([line for line in history if line.role == "assistant"])
        place = next(count) % len(watch.conversations)
        moves = [QUESTION] * 3 if place % stubborn else [QUESTION, ADVICE, WARMTH]
        return Reply(moves[turn])

    return watch.measure(watch.hold(lambda histories: [reply(h) for h in histories])).scored


@pytest.fixture(scope="module")
def found(watch):
    """Untrained, and each variant: the last one varies its moves more often."""
    before = measured(watch, 9)
    return before, {"q": measured(watch, 12), "q_plus_d": before, "q_minus_r": measured(watch, 2)}


def test_changes_are_paired_by_conversation(found):
    before, after = found
    changed = outcomes(before, after["q_minus_r"])["repetition"]
    assert changed.change.n == 24
    assert changed.change.high < 0
    assert outcomes(before, before)["repetition"].change.difference == 0
    with pytest.raises(MintError, match="not watched on the same conversations"):
        outcomes(before[1:], after["q"])


def test_what_was_hoped_is_answered_by_intervals(found):
    told = {aim.text: aim for aim in aims(*found)}
    assert told["repetition lower than the untrained model"].met
    assert told["repetition lower than q"].met
    assert told["repetition lower than the untrained model"].change.startswith("-0.")
    assert not {aim.text: aim for aim in aims(found[0], dict.fromkeys(VARIANTS, found[0]))}[
        "repetition lower than q"
    ].met


def test_what_too_few_conversations_cannot_answer_is_not_known(found):
    before, after = found
    few = {name: scored[:3] for name, scored in after.items()}
    assert {aim.met for aim in aims(before[:3], few)} == {None}


def test_the_page_tells_values_changes_and_limits(found):
    page = page_text(load_recipe("tiny_cpu"), *found, "training")
    assert "| repetition lower than q | yes | -0." in page
    assert "training-course.svg" in page
    assert "The watcher's judge shares no feature with the reward's" in page
    shared = load_recipe("tiny_cpu", ("watch.judge=embedded",))
    assert "The judge of the reward is the watcher's own" in page_text(shared, *found, "training")
    assert page.count("\n| repetition ") == 4  # three hopes, and the row of values
    assert "nan" not in page
    assert "trains HuggingFaceTB/SmolLM2-135M-Instruct three times" in page
    assert "30 steps of 24 replies" in page


def test_all_variants_give_as_many_replies_a_step():
    base = load_recipe("tiny_cpu")
    sizes = set()
    for variant in VARIANTS:
        mine = load_recipe("tiny_cpu", variant_settings(base, variant))
        turns = mine.rollout.max_turns if mine.rollout.mode == "conversation" else 1
        sizes.add(mine.training.prompts_per_step * mine.rollout.replies * turns)
        assert mine.reward.variant == variant
    assert sizes == {24}
    assert load_recipe("tiny_cpu", variant_settings(base, "q_plus_d")).rollout.mode == "turn"


def courses():
    """Two runs' logs, as a trainer keeps them."""
    return {
        name: [
            {"step": 0, "watch/repetition": 0.5, "watch/empathy": 3.0},
            *({"step": n, "loss": 0.0, "terms/quality": 3 + slope * n} for n in range(1, 12)),
            {"step": 11, "watch/repetition": 0.5 - slope, "watch/empathy": 3.1},
        ]
        for name, slope in (("q", 0.01), ("q_minus_r", 0.1))
    }


@pytest.mark.parametrize("name", ["q_plus_d", "sft"])
def test_a_recipe_without_conversations_is_refused_before_anything_is_trained(name, tmp_path):
    with pytest.raises(MintError, match="holds no whole conversations, which q_minus_r needs"):
        evidence(name, tmp_path / "runs", tmp_path / "page.md", (), print, nullcontext)
    assert not list(tmp_path.iterdir())


def test_figures_are_svg_for_light_and_dark(found):
    before, after = found
    drawn = [
        curves(courses()),
        curves({"alone": courses()["q"]}),
        changes({
            name: {figure: one.change for figure, one in outcomes(before, scored).items()}
            for name, scored in after.items()
        }),
    ]
    for text in drawn:
        ET.fromstring(text)
        assert "prefers-color-scheme: dark" in text
        assert all(light in text and dark in text for light, dark in list(DARK.items())[:1])
    assert "q_minus_r" in drawn[0]
    assert drawn[0] == curves(courses())  # nothing of the day or the machine


def test_the_look_at_the_untrained_model_shows_how_far_it_is(small, tmp_path, monkeypatch):
    pytest.importorskip("trl")

    def trained(*_):
        raise MintError("that is enough")

    monkeypatch.setattr("mint_bench.grpo.evidence.train", trained)
    shown, settings = [], (*small, "rollout.mode=conversation")
    telling, page = Telling(now=shown.append), tmp_path / "page.md"
    with pytest.raises(MintError, match="enough"):
        evidence("tiny_cpu", tmp_path, page, settings, print, lambda: nullcontext(telling))
    assert shown == ["held out: 0 of 4 turns", "held out: 2 of 4 turns", "held out: 4 of 4 turns",
                     "held out: scoring"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_evidence_is_written_after_a_kill_and_nothing_is_trained_twice(small, tmp_path):
    pytest.importorskip("trl")
    out, page = tmp_path / "runs", tmp_path / "docs" / "training.md"
    settings = (
        *small, "watch.conversations=3", "rollout.mode=conversation", "rollout.max_turns=2",
    )  # fmt: skip
    command = [sys.executable, "-m", "mint_bench.cli", "train", "tiny_cpu"]
    command += ["--compare", str(page), "--out", str(out)]
    command += [word for setting in settings for word in ("--set", setting)]
    child = subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 1500
    while latest(out / "q_plus_d") is None and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not page.exists()
    done = {path: path.stat().st_mtime_ns for path in out.glob("q/checkpoint-*/*.safetensors")}
    assert len(done) == 3
    evidence("tiny_cpu", out, page, settings, print, lambda: nullcontext(Telling()))
    assert {path: path.stat().st_mtime_ns for path in done} == done
    text = page.read_text(encoding="utf-8")
    assert "| repetition lower than q_plus_d |" in text
    for name in ("course", "changes"):
        ET.parse(page.with_name(f"training-{name}.svg"))

"""A tiny model and conversations to train it on."""

import os
from importlib.util import find_spec

import pytest

from tests.grpo.talks import as_lines, talks

collect_ignore = [] if find_spec("transformers") else ["test_watch.py"]

SMALL = (
    "training.prompts_per_step=2", "training.per_device=4", "training.max_steps=3",
    "training.trackers=[]", "training.epochs=2", "training.save_every=1", "training.keep=9",
    "training.learning_rate=0.003",
    "rollout.replies=4", "rollout.most_new_tokens=24", "rollout.vllm=null",
    "model.precision=float32", "model.chat_template={}",
    "reward.quality={source: judge, judge: embedded, model: null}",
    "training.gradient_checkpointing=false", "data.prompt=vanilla", "data.held_out=0",
    "data.most_prompt_tokens=400", "watch.every=null", "watch.source=starter",
    "watch.conversations=2", "watch.max_turns=2", "watch.most_new_tokens=8",
    "watch.tagger=embedded-fast",
)  # fmt: skip


os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is loaded


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """One thread for a model this small: several wait for each other longer than they work."""
    try:
        import torch
    except ImportError:  # what needs it says so; the rest holds without
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    pytest.importorskip("trl")
    from tests.grpo.tiny import build

    return build(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def small(tiny_model, tmp_path_factory):
    """Settings by which any recipe trains the tiny model for three steps, as `--set` takes them."""
    talk = tmp_path_factory.mktemp("talks") / "talks.jsonl"
    talk.write_text(as_lines(talks(6)), encoding="utf-8")
    return (*SMALL, f"model.name={tiny_model}", f"data.source=file:{talk}")

"""What ends a training early: one line, a checkpoint to go on from, and no lost weights kept."""

import json
from types import SimpleNamespace

import pytest

from mint_bench.errors import MintError
from mint_bench.grpo import checkpoints, faults
from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.grpo.run import train

torch = pytest.importorskip("torch")
pytest.importorskip("trl")


def stand_in(folder, step=7, **differences):
    """A trainer that saves empty checkpoints, as far as a fault is concerned with it."""
    made = SimpleNamespace(
        state=SimpleNamespace(global_step=step), is_fsdp_enabled=False, is_deepspeed_enabled=False,
        save_whole=(folder / f"checkpoint-{step}").mkdir,
    )  # fmt: skip
    return SimpleNamespace(**vars(made) | differences)


def ended(folder, error, trainer=None, *, in_update=False):
    """What is told where an error ends a training after a whole step."""
    course = SimpleNamespace(state_then=checkpoints.random_state(), in_update=in_update)
    with pytest.raises(MintError) as caught, faults.told(
        trainer or stand_in(folder), course, folder, "lower it"
    ):  # fmt: skip
        raise error
    return str(caught.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyboardInterrupt(), "interrupted; the same command goes on from"),
        (MintError("no answer"), "no answer; the same command goes on from"),
        (RuntimeError("CUDA out of memory"), "no memory left; lower it; the same command goes on"),
        (MemoryError(), "no memory left; lower it"),
        (RuntimeError("std::bad_alloc"), "no memory left; lower it"),
        (RuntimeError("can't start new thread"), "no memory left; lower it"),
        (RuntimeError("could not create a primitive"), "no memory left; lower it"),
        (
            RuntimeError("CUDA error: an illegal memory access"),
            "RuntimeError: CUDA error: an illegal",
        ),
        (OSError(28, "No space left"), "OSError: [Errno 28] No space left; the same command"),
        (ValueError("two\nlines"), "ValueError: two lines; the same command goes on from"),
        (KeyError("loss"), "KeyError: 'loss'; the same command goes on from"),
    ],
)
def test_whatever_ends_a_training_saves_the_last_whole_step_and_is_one_line(tmp_path, error, told):
    line = ended(tmp_path, error)
    assert line.startswith(told)
    assert "checkpoint-7" in line
    assert checkpoints.latest(tmp_path) == tmp_path / "checkpoint-7"


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [
        ("q_plus_d", (), "lower training.per_device or lower reward.quality.batch, which"),
        ("tiny_cpu", (), "lower training.per_device or set training.gradient_checkpointing=true,"),
        ("token_diversity", ("reward.quality={source: judge, model: null}",), "shorter replies or"),
    ],
)
def test_what_is_said_of_memory_can_be_done_in_the_recipe(name, settings, told):
    assert faults.less_memory(load_recipe(name, settings)).startswith(told)


def test_of_several_processes_each_says_which_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert ended(tmp_path, ValueError("x")).startswith("process 1: ValueError: x")


def test_the_traceback_of_what_nobody_foresaw_is_kept_without_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "sesame-42-sesame")
    line = ended(tmp_path, ValueError("sesame-42-sesame is no key"))
    kept = tmp_path / "fault-0.txt"
    assert line.endswith(f"the traceback is in {kept}")
    text = kept.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "sesame" not in text + line
    (tmp_path / "other").mkdir()
    ended(tmp_path / "other", MintError("no answer"))
    assert not (tmp_path / "other" / "fault-0.txt").exists()


def test_weights_that_are_not_as_of_a_whole_step_are_not_saved(tmp_path):
    assert "goes on" not in ended(tmp_path, ValueError("x"), in_update=True)
    sharded = stand_in(tmp_path, is_fsdp_enabled=True)
    assert "goes on" not in ended(tmp_path, ValueError("x"), sharded)
    assert "checkpoint-7" in ended(tmp_path, KeyboardInterrupt(), sharded)


def test_a_fault_is_told_also_where_nothing_can_be_saved(tmp_path):
    def full():
        raise OSError(28, "No space left on device")

    line = ended(tmp_path, RuntimeError("the engine is gone"), stand_in(tmp_path, save_whole=full))
    assert line.startswith("RuntimeError: the engine is gone; the traceback")


def test_only_the_first_process_says_that_a_checkpoint_is_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    assert "goes on" not in ended(tmp_path, ValueError("x"))


def test_a_gradient_that_is_no_number_is_not_followed(small, tmp_path, monkeypatch):
    from mint_bench.grpo.trainer import RecipeTrainer

    whole = RecipeTrainer.compute_loss

    def lost(self, *words, **named):
        loss = whole(self, *words, **named)
        return loss * float("nan") if self.state.global_step == 2 else loss

    monkeypatch.setattr(RecipeTrainer, "compute_loss", lost)
    recipe = load_recipe("q", (*small, "training.save_every=9", "watch.every=1"))
    message = r"step 3: the gradient is no number, .*; the last checkpoint is .*checkpoint-2"
    with pytest.raises(MintError, match=message):
        train(recipe, tmp_path, lambda _: None)
    saved = tmp_path / "checkpoint-2"
    from safetensors.torch import load_file

    assert all(torch.isfinite(one).all() for one in load_file(saved / "model.safetensors").values())
    state = json.loads((saved / "trainer_state.json").read_text(encoding="utf-8"))
    assert state["global_step"] == 2


def test_weights_that_are_no_numbers_are_never_saved(tmp_path):
    from mint_bench.grpo.trainer import _Kept

    class Saves:
        def _save_checkpoint(self, model, trial):
            (tmp_path / "checkpoint-7").mkdir()

    class Trainer(_Kept, Saves):
        model = torch.nn.Linear(2, 2)

    trainer = Trainer()
    trainer.model.weight.data[0, 0] = float("inf")
    line = ended(
        tmp_path, RuntimeError("a probability is nan"),
        stand_in(tmp_path, save_whole=trainer.save_whole),
    )  # fmt: skip
    assert line == "weights have become no numbers; begin anew with a lower training.learning_rate"
    assert checkpoints.latest(tmp_path) is None
    trainer.model.weight.data[0, 0] = 1.0
    trainer.save_whole()
    assert (tmp_path / "checkpoint-7").exists()

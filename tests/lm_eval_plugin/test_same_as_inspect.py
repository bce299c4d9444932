"""The embedded model through lm-eval and through Inspect, greedy: one record."""

import pytest

pytest.importorskip("lm_eval")
pytestmark = pytest.mark.slow

from mint_bench.local_models.embedded_model import HUB_NAME, embedded_model_path  # noqa: E402
from mint_bench.records.signature import board_signature  # noqa: E402
from mint_bench.records.store import read  # noqa: E402
from tests.cli.typed import type_in  # noqa: E402

CONVERSATIONS, TURNS, TOKENS = 2, 2, 24


def by_lm_eval(folder):
    """The record of the samples that `mint-bench lm-eval run` wrote."""
    done = type_in(
        "lm-eval", "run", "--model", "hf", "--tasks", "mint_gold_history",
        "--model_args", f"pretrained={embedded_model_path()},dtype=float32",
        "--device", "cpu", "--batch_size", "1", "--apply_chat_template",
        "--gen_kwargs", f"temperature=0,do_sample=False,max_gen_toks={TOKENS}",
        "--metadata", "source=starter", f"conversations={CONVERSATIONS}", f"max_turns={TURNS}",
        "--output_path", folder / "out", "--log_samples",
    )  # fmt: skip
    assert done.code == 0, done.err
    [samples] = (folder / "out").rglob("samples_mint_gold_history_*.jsonl")
    done = type_in("import", "lm-eval", samples, "--out", folder / "results")
    assert done.code == 0, done.err
    return read(next((folder / "results").glob("*/*.json")))


def by_inspect(folder):
    """The record of Inspect's log of the same."""
    from inspect_ai import eval as inspect_eval
    from inspect_ai.model import get_model

    from mint_bench import gold_history
    from mint_bench.engines.engine import prepare_local
    from mint_bench.inspect_plugin.logs import record_from_log

    prepare_local(f"hf/{HUB_NAME}")
    import torch

    model = get_model(
        f"hf/{HUB_NAME}", model_path=str(embedded_model_path()), dtype=torch.float32,
        do_sample=False, device="cpu",
    )  # fmt: skip
    [log] = inspect_eval(
        gold_history(source="starter", max_turns=TURNS), model=model, limit=CONVERSATIONS,
        max_tokens=TOKENS, temperature=0, max_connections=1, log_dir=str(folder), display="none",
    )  # fmt: skip
    return record_from_log(log)


@pytest.mark.timeout(1200)
def test_both_paths_give_one_record(tmp_path):
    ours, inspects = by_lm_eval(tmp_path), by_inspect(tmp_path)
    assert board_signature(ours.board) == board_signature(inspects.board)
    assert ours.settings.system_prompt_sha == inspects.settings.system_prompt_sha
    assert ours.settings.sampling == inspects.settings.sampling
    assert [c.id for c in ours.conversations] == [c.id for c in inspects.conversations]
    for one, other in zip(ours.conversations, inspects.conversations, strict=True):
        assert one.surface == pytest.approx(other.surface)
        for turn, same in zip(one.turns, other.turns, strict=True):
            assert turn.model_dump(exclude={"surface", "ratings"}) == same.model_dump(
                exclude={"surface", "ratings"}
            )
            assert turn.surface == pytest.approx(same.surface)
            assert turn.ratings == pytest.approx(same.ratings, abs=1e-3)

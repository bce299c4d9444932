"""What a step says of itself: a line, with what could not be scored, and no conversation."""

from types import SimpleNamespace

import pytest

pytest.importorskip("trl")

from mint_bench.grpo.callbacks import Progress

STATE = SimpleNamespace(global_step=3, max_steps=30, is_world_process_zero=True)


@pytest.mark.parametrize(
    ("logs", "told"),
    [
        ({"loss": 0.5}, "step 3/30: loss 0.500"),
        ({"loss": 0.5, "terms/quality": 3.0, "kl": 0.01}, "step 3/30: quality 3.000, kl 0.010"),
        ({"loss": 0.5, "terms/quality": 3.0, "terms/unscored": 0.0}, "step 3/30: quality 3.000"),
        (
            {"loss": 0.5, "terms/quality": 3.0, "terms/unscored": 0.125},
            "step 3/30: quality 3.000, 12.5% unscored",
        ),
    ],
)
def test_a_step_is_a_line_where_there_is_no_terminal(capsys, logs, told):
    Progress().on_log(None, STATE, None, logs)
    assert capsys.readouterr().err.strip() == told

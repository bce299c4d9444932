"""Runs metrics as an evaluation does: scores a sample and epoch, the real reducer, then the metric.

For metrics that take every epoch's own score the reducer must change nothing; hand-built scores
would not show whether it does.
"""

from inspect_ai import Epochs, Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import Score, scorer
from inspect_ai.solver import solver


@solver
def nothing():
    """Ask no model: the scores are there already."""

    async def solve(state, generate):
        return state

    return solve


def run_metrics(metrics, table, log_dir, *, reducer="mean"):
    """Metric values by name.

    Args:
        metrics: The metrics to compute.
        table: Scores by sample id, one a epoch; None where the sample fails in that epoch.
        log_dir: Where the log goes.
        reducer: Name of the epoch reducer.
    """

    @scorer(metrics=list(metrics))
    def replayed():
        async def score(state, target):
            found = table[str(state.sample_id)][state.epoch - 1]
            if found is None:
                raise RuntimeError("this epoch fails")
            return found.model_copy(deep=True)

        return score

    task = Task(
        dataset=MemoryDataset([Sample(id=name, input="-") for name in table]),
        solver=nothing(),
        scorer=replayed(),
        epochs=Epochs(max(len(scores) for scores in table.values()), reducer),
        fail_on_error=False,
    )
    [log] = inspect_eval(task, model="mockllm/model", log_dir=str(log_dir), display="none")
    assert log.status == "success", log.error
    return {
        name: metric.value for score in log.results.scores for name, metric in score.metrics.items()
    }


def score_of(scored):
    """A score as our scorer leaves it, from a scored conversation."""
    return Score(value={"empathy": 0.0}, metadata={"figures": scored.model_dump(mode="json")})

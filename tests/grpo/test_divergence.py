"""When looks at held-out conversations are an alarm, and when they are not."""

import pytest

from mint_bench.grpo.divergence import divergence

PATIENCE = 3


def course(**figures):
    """A trainer's log with a look after each step, by the values of each figure."""
    entries = []
    for step, values in enumerate(zip(*figures.values(), strict=True)):
        entries.append({"step": step, "loss": 0.0, "terms/quality": float(step)})
        watched = zip(figures, values, strict=True)
        entries.append({"step": step} | {f"watch/{name}": value for name, value in watched})
    return entries


def test_the_papers_reward_of_quality_and_entropy_is_an_alarm():
    """Zhan et al. 2026: empathy flat, repetition down, and nearly nine tactics a turn."""
    word = divergence(
        course(
            empathy=(3.60, 3.62, 3.58, 3.57, 3.56),
            repetition=(0.45, 0.44, 0.41, 0.39, 0.38),
            density=(4.49, 5.3, 6.4, 7.8, 8.57),
        ),
        PATIENCE,
    )
    assert word == (
        "held-out density has been worse than its best, 4.49, by more than 1 at 3 looks in a row, "
        "now 8.57: the model may be harmed"
    )


@pytest.mark.parametrize(
    ("rewards", "told"),
    [
        ((1.0, 1.2, None, 1.6, 2.0), "the reward, which rose from 1.10 to 1.80, may be gamed"),
        ((2.0, 1.8, 1.4, 1.0, 0.8), "may be harmed; the reward went from 1.90 to 0.90"),
    ],
)
def test_an_alarm_says_whether_training_gained_meanwhile(rewards, told):
    falling = course(empathy=(3.6, 3.6, 3.3, 3.2, 3.1))
    steps = [entry for entry in falling if "loss" in entry]
    for entry, reward in zip(steps, rewards, strict=True):
        entry["reward"] = reward
    assert str(divergence(falling, PATIENCE)).endswith(told)


def test_a_quiet_healthy_training_is_none():
    """It gains empathy and repeats less; the rest goes up and down as unchanged models do."""
    healthy = course(
        empathy=(3.60, 3.66, 3.85, 3.79, 4.02, 4.11, 4.05, 4.13),
        repetition=(0.45, 0.47, 0.42, 0.44, 0.40, 0.37, 0.41, 0.38),
        density=(4.49, 4.61, 4.30, 4.72, 4.95, 4.88, 5.10, 5.04),
        labels=(0.0, 0.01, 0.0, 0.02, 0.01, 0.0, 0.02, 0.0),
        openings=(0.81, 0.78, 0.83, 0.74, 0.72, 0.70, 0.73, 0.69),
    )
    assert [divergence(healthy[:end], PATIENCE) for end in range(len(healthy) + 1)] == [None] * 17


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("empathy", (3.6, 3.3, 3.3, 3.2)),
        ("empathy", (3.6, 4.2, 3.9, 3.95, 3.8)),  # above the untrained model's, and falling
        ("repetition", (0.45, 0.6, 0.56, 0.58)),
        ("density", (4.5, 5.6, 6.0, 5.7)),
        ("labels", (0.0, 0.2, 0.1, 0.3)),
        ("openings", (0.8, 0.5, 0.4, 0.3)),
    ],
)
def test_a_figure_that_stays_worse_than_its_best_is_an_alarm(name, values):
    assert f"held-out {name}" in str(divergence(course(**{name: values}), PATIENCE))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("empathy", (3.6, 3.3, 3.6, 3.3)),  # not in a row
        ("empathy", (3.6, 3.3, 3.3)),  # not yet often enough
        ("empathy", (3.6, 3.45, 3.5, 3.42)),  # by less than chance
        ("empathy", (3.6, 3.3, None, 3.3)),
        ("empathy", (None, 3.3, 3.3, 3.3)),  # with nothing to compare
        ("density", (4.5, 3.0, 2.0, 1.5)),  # as people do
    ],
)
def test_what_is_short_or_small_or_unknown_is_no_alarm(name, values):
    assert divergence(course(**{name: values}), PATIENCE) is None

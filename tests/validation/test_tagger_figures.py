"""What a tagger's card says of held-out tags: the figures of `tagger check`, in the card's form."""

import numpy as np
import pytest

from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import tagger_check, tagger_figures
from mint_bench.validation.labels import LabelledSentence

RNG = np.random.default_rng(3)


def people(present, per_response=4):
    return [
        LabelledSentence(i // per_response, "x", (0, 1), row, "x", ("x",))
        for i, row in enumerate(present)
    ]


def test_a_cards_mean_is_the_one_that_a_check_gives_with_a_tactic_that_nobody_uses():
    present = RNG.random((120, 10)) < 0.3
    present[:, 3] = False
    logits = np.where(present ^ (RNG.random((120, 10)) < 0.1), 1.0, -1.0).astype(np.float32)
    logits[:, 3] = -1.0
    found = tagger_figures.people_figures(people(present), dict(enumerate(logits > 0)))
    units = tuple(str(i // 4) for i in range(120))
    checked = tagger_check.sentence_figures(tagger_check.Tagged(logits > 0, present, units))
    for name in tagger_figures.MEANS:
        assert found[name] == pytest.approx(checked[name]["value"], abs=1e-4)
        assert found["intervals"][name]["low"] == pytest.approx(checked[name]["low"], abs=1e-4)
    assert found["f1"]["validation"] is None
    assert found["common"] == [name for name in TACTICS if name != "validation"]
    assert (found["sentences"], found["responses"]) == (120, 30)

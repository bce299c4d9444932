"""A language model whose ratings follow the rubric's words instead of their meaning."""

import json

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.judging.rubric import load_rubric, rewordings

OPENINGS = [load_rubric(path).general[0] for path in (None, *rewordings().values())]
"""The first rule of the shipped rubric and of each rewording."""


def heeding_the_words(model, system, user):
    """Three of everything, but the first dimension is 1 by the shipped rubric, 2 or 3 by others."""
    [number] = [n for n, rule in enumerate(OPENINGS, 1) if rule in system]
    return json.dumps(dict(zip(DIMENSIONS, (number, 3, 3, 3, 3, 3), strict=True)))

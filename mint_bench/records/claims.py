"""Which claims of the paper hold: paired tests over conversations, written as a page.

`python -m mint_bench.records.claims CLAIMS TEMPLATE PAGE` (`make claims`). Claims are data, the
words around them a template; every number and verdict is computed from the records.
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.errors import MintError
from mint_bench.files import read_yaml, validate_model, write_text
from mint_bench.records.arrays import Turns, turns_of
from mint_bench.records.chosen import chosen_records
from mint_bench.records.columns import COLUMNS
from mint_bench.records.comparison import COMPARED, one_board, paired_rows
from mint_bench.records.figures import Figure, figures
from mint_bench.records.pages import render_page
from mint_bench.records.schema import Record
from mint_bench.records.tables import AT_BOUND_NOTE, cell, chance
from mint_bench.records.wording import title
from mint_bench.stats.compare import Comparison, compare, holm_of_known
from mint_bench.stats.ranking import ALPHA

SHOWN = (
    "aggregated_empathy",
    "words",
    "density",
    "stickiness_vs_human",
    "stickiness_vs_self",
    "repetition_vs_human",
    "repetition_vs_self",
    "persistence_vs_self",
)
RAW = {
    "stickiness_vs_human_common": "raw stickiness vs human",
    "stickiness_vs_self_common": "raw stickiness vs self",
    "repetition_vs_self": "repetition vs self",
}
POINTS = ("aggregated_empathy", "stickiness_vs_human", "stickiness_vs_self",
          "repetition_vs_human", "repetition_vs_self")  # fmt: skip
MOST_CHANGES = 10  # tests of a claim above which relative changes are left out
Expect = Literal["higher", "lower", "same"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tests(_Part):
    """Every `first` against every `second` on every figure."""

    first: list[str] = Field(min_length=1)
    second: list[str] = Field(min_length=1)
    figures: list[Literal[COMPARED]] = Field(min_length=1)  # type: ignore[valid-type]
    expect: Expect


class Claim(_Part):
    """A claim in our own words, what was published for it, and the tests that bear on it."""

    id: str
    claim: str
    published: str
    tests: list[Tests] = Field(min_length=1)


class Claims(_Part):
    """All claims, about systems of one board."""

    board: str
    claims: list[Claim] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Tested:
    """One paired test of a claim.

    Attributes:
        claim: Id of the claim.
        first: The system of which the claim speaks.
        second: What it is held against.
        figure: Name of the column.
        expect: What the claim says of first minus second.
        test: The comparison.
        p_holm: After Holm's correction over all tests of the page.
    """

    claim: str
    first: str
    second: str
    figure: str
    expect: Expect
    test: Comparison
    p_holm: float

    @property
    def verdict(self) -> str:
        """`holds`, `reversed`, `not shown`; of a claim of no difference, what was found."""
        if math.isnan(self.p_holm):
            return "no test"
        apart = self.p_holm < ALPHA
        higher = self.test.difference > 0
        if self.expect == "same":
            return ("higher" if higher else "lower") if apart else "no difference shown"
        if not apart:
            return "not shown"
        return "holds" if higher == (self.expect == "higher") else "reversed"


def run_tests(claims: Claims, records: Sequence[Record]) -> list[Tested]:
    """Test every claim on records of one board, corrected over all tests together."""
    one_board(records)
    turns = {record.system: turns_of(record.conversations) for record in records}
    planned = [
        (claim.id, first, second, figure, tests.expect)
        for claim in claims.claims
        for tests in claim.tests
        for first in tests.first
        for second in tests.second
        for figure in tests.figures
    ]
    tests = [_test(figure, turns[first], turns[second]) for _, first, second, figure, _ in planned]
    adjusted = holm_of_known([test.p for test in tests])
    return [
        Tested(*plan, test, p_holm)
        for plan, test, p_holm in zip(planned, tests, adjusted, strict=True)
    ]


def _test(figure: str, first: Turns, second: Turns) -> Comparison:
    column = COLUMNS[figure]
    rows = paired_rows(column, [first, second])
    return compare(column.statistic, rows[0], rows[1], 0)


def page(claims: Claims, records: Sequence[Record], template: Path) -> str:
    """The page as Markdown."""
    tested = run_tests(claims, records)
    titles = {record.system: record.title for record in records}
    shown = {r.system: figures(r.conversations, names=SHOWN) for r in records}
    return render_page(
        template,
        n=max(len({c.id for c in record.conversations}) for record in records),
        tests=sum(not math.isnan(one.p_holm) for one in tested),
        systems=[
            {"title": titles[name], "cells": [cell(own[column]) for column in SHOWN]}
            for name, own in shown.items()
        ],
        marked=any(figure.at_bound for own in shown.values() for figure in own.values()),
        at_bound=AT_BOUND_NOTE,
        claims=[
            {
                "claim": claim.claim,
                "published": claim.published,
                "summary": _summary([one for one in tested if one.claim == claim.id]),
                "changes": _changes([one for one in tested if one.claim == claim.id], shown),
                "tests": [_line(one, titles) for one in tested if one.claim == claim.id],
            }
            for claim in claims.claims
        ],
    )


def _summary(tested: Sequence[Tested]) -> list[dict[str, str]]:
    """A claim's verdicts by figure, counted where there are several."""
    lines = []
    for figure in dict.fromkeys(one.figure for one in tested):
        verdicts = [one.verdict for one in tested if one.figure == figure]
        counts = {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}
        said = [f"{word} in {count} of {len(verdicts)}" for word, count in counts.items()]
        told = verdicts[0] if len(verdicts) == 1 else ", ".join(said)
        lines.append({"figure": RAW.get(figure, title(figure)), "verdict": told})
    return lines


def _changes(tested: Sequence[Tested], shown: dict[str, dict[str, Figure]]) -> list[str]:
    """Relative changes of the points, in the manner of the paper, one sentence a pair."""
    found = []
    for first, second in dict.fromkeys((one.first, one.second) for one in tested):
        names = {one.figure.removesuffix("_common") for one in tested if one.first == first}
        parts = []
        for name in POINTS:
            new, old = shown[first][name].value, shown[second][name].value
            if name in names and new is not None and old:
                change = 100 * (new / old - 1)
                parts.append(f"{_point(name)} {old:.2f} to {new:.2f} ({change:+.1f} %)")
        if parts and len(tested) <= MOST_CHANGES:
            found.append(f"- {second} to {first}: {'; '.join(parts)}.")
    return found


def _point(name: str) -> str:
    return RAW.get(f"{name}_common") or RAW.get(name) or title(name)


def _line(one: Tested, titles: dict[str, str]) -> dict[str, str]:
    test = one.test
    return {
        "first": titles[one.first],
        "second": titles[one.second],
        "figure": RAW.get(one.figure, title(one.figure)),
        "difference": f"{test.difference:+.2f} [{test.low:+.2f}, {test.high:+.2f}]",
        "p": chance(test.p),
        "p_holm": chance(one.p_holm),
        "verdict": f"**{one.verdict}**" if one.verdict == "reversed" else one.verdict,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Test the claims and write the page."""
    parser = argparse.ArgumentParser(prog="python -m mint_bench.records.claims")
    parser.add_argument("claims", type=Path)
    parser.add_argument("template", type=Path)
    parser.add_argument("page", type=Path)
    parser.add_argument("--results", type=Path, default=Path("results"))
    given = parser.parse_args(arguments)
    try:
        claims = validate_model(read_yaml(given.claims), Claims, str(given.claims))
        named = dict.fromkeys(
            name for c in claims.claims for t in c.tests for name in (*t.second, *t.first)
        )
        records = chosen_records(sorted(named), given.results, claims.board)
        write_text(given.page, page(claims, records, given.template))
    except MintError as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()

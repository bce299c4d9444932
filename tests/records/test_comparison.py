"""Which records may be compared, and what tests then say of them."""

import numpy as np
import pytest

from mint_bench.errors import MintError
from mint_bench.records.columns import COLUMNS
from mint_bench.records.comparison import (
    COMPARED,
    board_differences,
    compare_records,
    one_board,
    rank_board,
    rank_records,
)
from mint_bench.records.schema import JudgeRef, SeekerRef, TaggerRef
from mint_bench.records.tables import PRIMARY, board_tables
from mint_bench.scoring import ScoredConversation, ScoredTurn
from tests.records.release import a_record


def talks(count=30, seed=0, better=0.0, tactics=0.3):
    rng = np.random.default_rng(seed)
    return [
        ScoredConversation(id=f"c{c:02}", turns=[
            ScoredTurn(
                t=t,
                tactics=(rng.random(10) < tactics).astype(int).tolist(),
                ratings=np.clip(rng.normal(3, 0.8, 6) + np.array([1, 1, 1, -1, -1, -1]) * better,
                                1, 5).tolist(),
                words=20,
            )
            for t in range(1, 6)
        ])
        for c in range(count)
    ]  # fmt: skip


def a_system(name, **other):
    kind = other.pop("kind", "model")
    return a_record(conversations=talks(**other), system=name, title=name, kind=kind)


def on_board(record, **parts):
    return record.model_copy(update={"board": record.board.model_copy(update=parts)})


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"history": "own"}, ["history gold against own"]),
        ({"max_turns": 4}, ["most turns all against 4"]),
        ({"tagger": None}, ["tagger rules against none"]),
        (
            {"tagger": TaggerRef(name="rules", sha="89abcdef")},
            ["weights of tagger rules 0123abcd against 89abcdef"],
        ),
        ({"seeker": SeekerRef(name="scripted")}, ["seeker none against scripted"]),
        (
            {"judges": [JudgeRef(name="rules", settings={"strict": False})]},
            ["settings of judge rules {strict: True} against {strict: False}"],
        ),
        ({"judges": []}, ["judge rules against none"]),
    ],
)
def test_what_differs_is_named_and_nothing_else(parts, said):
    record = a_record()
    assert board_differences(record.board, on_board(record, **parts).board) == said


def test_records_of_different_boards_are_refused_with_what_differs():
    record = a_record()
    other = on_board(record, history="own", judge_view="own")
    with pytest.raises(MintError, match=r"history gold against own; judge's view gold against own"):
        one_board([record, other])
    with pytest.raises(MintError, match="different boards"):
        compare_records(record, other)
    assert one_board([record, record]) == record.board


def test_swapped_records_flip_the_sign_of_every_figure():
    a, b = a_system("a"), a_system("b", seed=1, better=0.4)
    one, other = (compare_records(*pair, permutations=0) for pair in ((a, b), (b, a)))
    for first, second in zip(one, other, strict=True):
        assert first.test.difference == pytest.approx(-second.test.difference, nan_ok=True)
        assert first.test.p == pytest.approx(second.test.p, nan_ok=True)
        assert first.p_adjusted == pytest.approx(second.p_adjusted, nan_ok=True)


def test_the_primary_figure_stands_as_it_is_and_the_others_are_corrected():
    found = compare_records(a_system("a"), a_system("b", seed=1, better=0.4), permutations=0)
    by_name = {c.name: c for c in found}
    assert tuple(by_name) == COMPARED
    assert by_name[PRIMARY].p_adjusted == by_name[PRIMARY].test.p < 0.001
    tested = [c for c in found if c.name != PRIMARY and not np.isnan(c.test.p)]
    assert all(c.p_adjusted >= c.test.p for c in tested)
    assert any(c.p_adjusted > c.test.p for c in tested)


def test_conversations_are_paired_by_their_id_and_not_by_their_place():
    a = a_system("a")
    b = a.model_copy(update={"system": "b", "conversations": a.conversations[::-1]})
    found = compare_records(a, b, [PRIMARY, "repetition_vs_self"])
    assert [(c.test.difference, c.test.p) for c in found] == [(0, 1), (0, 1)]


def test_too_few_conversations_have_no_test_and_it_says_so():
    [found] = compare_records(a_system("a", count=19), a_system("b", count=19), [PRIMARY])
    assert np.isnan([found.test.p, found.test.low, found.detectable]).all()
    assert "fewer than 20 conversations" in found.note


def test_tactics_that_are_rare_in_one_system_are_left_out_of_both():
    rare = a_system("rare", tactics=0.3)
    for conversation in rare.conversations:
        for turn in conversation.turns:
            turn.tactics[4] = 0
    often = a_system("often", seed=3)
    [found] = compare_records(rare, often, ["stickiness_vs_self_common"], 0)
    column = COLUMNS["stickiness_vs_self_common"]
    from mint_bench.records.arrays import turns_of

    rows = column.rows(turns_of(often.conversations))
    rows[:, [4, 14]] = 0
    without = float(column.statistic.value(rows.sum(0)))
    assert found.test.difference == pytest.approx(found.first.value - without)


def test_letters_and_ranks_tell_apart_what_differs():
    records = [
        a_system("best", better=1.0), a_system("worse", seed=1), a_system("as_bad", seed=2),
    ]  # fmt: skip
    ranking = rank_records(records)
    best, worse, as_bad = ranking.places
    assert (best.letters, best.best, best.worst) == ("a", 1, 1)
    assert (worse.letters, as_bad.letters) == ("b", "b")
    assert (worse.best, worse.worst) == (2, 3)


def test_where_lower_is_better_the_lowest_comes_first():
    often = [(f"sticky{s}", {"tactics": 0.3, "seed": s}) for s in (1, 2)]
    same = a_system("same", seed=5)
    for conversation in same.conversations:
        for turn in conversation.turns:
            turn.tactics[:] = conversation.turns[0].tactics
    ranking = rank_records([same, *(a_system(n, **k) for n, k in often)], "repetition_vs_self")
    assert [place.letters for place in ranking.places] == ["b", "a", "a"]


def test_human_trivial_and_unranked_records_are_tested_but_have_no_place():
    records = [
        a_system("one", better=0.5), a_system("two", seed=1),
        a_system("people", seed=2, kind="human"), a_system("echo", seed=3, kind="trivial"),
    ]  # fmt: skip
    silent = records[1].conversations
    for conversation in silent[:10]:
        conversation.turns[0].unscored["ratings"] = "no answer"
    [table] = board_tables(records)
    ranking = rank_board(table)
    where = {r.system: p for r, p in zip(ranking.records, ranking.places, strict=True)}
    assert where["one"] is not None
    assert [where[name] for name in ("two", "people", "echo")] == [None] * 3
    assert np.isfinite(ranking.pairs.p[np.triu_indices(4, 1)]).all()

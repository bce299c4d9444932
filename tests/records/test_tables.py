"""Boards as plain tables: what stands together, in which order, and hostile names."""

import csv
import io
import json
from dataclasses import replace

import pytest

from mint_bench.records.columns import COLUMNS, GOLDEN
from mint_bench.records.forms import as_csv, as_json, as_latex, as_markdown
from mint_bench.records.schema import Board
from mint_bench.records.tables import SHOWN, Row, board_tables, cells, marks
from tests.records.release import a_record

HOSTILE = r"""<script>x</script> & 5_% $a^{b}$ ~#\end [x](y) `c` *d*, "q" """.strip()


def test_there_are_13_golden_columns():
    assert len(GOLDEN) == 13
    assert GOLDEN[-1] == "persistence_vs_self"


def test_an_object_a_record_with_every_golden_column():
    record = a_record(25)
    [entry] = json.loads(as_json(board_tables([record])))
    assert (entry["system"], entry["kind"]) == ("ours", "model")
    assert entry["signature"].startswith(entry["board"] + "|")
    for name in GOLDEN:
        assert set(entry[name]) - {"note"} == {"value", "low", "high", "n"}
    empathy = entry["aggregated_empathy"]
    assert empathy["low"] <= empathy["value"] <= empathy["high"]
    assert empathy["n"] == 25


def test_json_has_no_nan():
    text = as_json(board_tables([a_record(1)]))
    assert "NaN" not in text
    assert json.loads(text)[0]["repetition_vs_human"]["value"] is None


def test_what_is_shown_without_an_interval_has_no_mark():
    """Nothing is unscored, which is at bound; but only an interval covers less than it says."""
    [table] = board_tables([a_record(25)])
    figures = table.rows[0].figures
    assert figures["unscored"].at_bound
    assert cells(table.rows[0])[SHOWN.index("unscored")] == "0.0 %"
    spread = {name: replace(one, note=None) for name, one in figures.items() if name != "unscored"}
    row = Row(table.rows[0].record, spread | {"unscored": figures["unscored"]})
    assert marks(replace(table, rows=(row,))) == []


def test_only_records_of_one_board_share_a_table_and_the_largest_comes_first():
    board = a_record().board
    other = Board(**{**board.model_dump(), "history": "own", "judge_view": "own"})
    tables = board_tables([
        a_record(system="x", board=other), a_record(system="y"), a_record(system="z"),
    ])  # fmt: skip
    assert [[row.record.system for row in table.rows] for table in tables] == [["y", "z"], ["x"]]
    assert "history:own" in tables[1].signature


def test_human_and_trivial_rows_come_last():
    records = [a_record(system=kind, kind=kind) for kind in ("trivial", "human", "published")]
    [table] = board_tables([*records, a_record()])
    kinds = [row.record.kind for row in table.rows]
    assert kinds[2:] == ["human", "trivial"]


def test_csv_has_a_line_a_record_and_as_many_cells_as_heads():
    rows = list(csv.reader(io.StringIO(as_csv(board_tables([a_record(25), a_record(
        system="b")])))))  # fmt: skip
    assert len(rows) == 3
    assert {len(row) for row in rows} == {6 + 3 * len(COLUMNS)}
    first = dict(zip(rows[0], rows[1], strict=True))
    assert float(first["density_low"]) <= float(first["density"]) <= float(first["density_high"])


@pytest.fixture
def hostile():
    return board_tables([a_record(title=HOSTILE)])


def test_markdown_takes_a_hostile_name(hostile):
    row = as_markdown(hostile).splitlines()[2]
    assert row.count("|") == as_markdown(hostile).splitlines()[0].count("|")
    for mark in "<>[]`*_&#":
        assert row.count(mark) == row.count(f"\\{mark}") or mark in "[]"
    assert r"\<script\>" in row
    assert r"\[x\](y)" in row


def test_latex_takes_a_hostile_name(hostile):
    text = as_latex(hostile)
    [row] = [x for x in text.splitlines() if "script" in x]
    assert r"\& 5\_\% \$a\textasciicircum{}\{b\}\$ \textasciitilde{}\#\textbackslash{}end" in row
    assert text.count(r"\end{") == 2


def test_csv_and_json_take_a_hostile_name(hostile):
    assert json.loads(as_json(hostile))[0]["title"] == HOSTILE
    assert len(list(csv.reader(io.StringIO(as_csv(hostile))))) == 2


def test_no_name_can_start_a_formula_in_a_spreadsheet():
    for name in ("=1+1", "@x", "+x", "-x"):
        with pytest.raises(ValueError, match="system"):
            a_record(system=name)

"""SECURITY.md: every line of its tables names a defence and a test that is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.partition("## Each line")[2].splitlines()
    if line.startswith("|") and not line.startswith(("| attack ", "| ---"))
]


def named_in(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0][:60])
def test_every_line_names_a_defence_and_a_test_that_is_there(line):
    attack, defence, test = line
    assert attack
    assert defence
    [(path, name)] = re.findall(r"^`(tests/[\w/]+\.py)::(test_\w+)`$", test)
    assert name in named_in(path)


def test_every_part_of_the_threat_model_has_lines():
    parts = re.findall(r"^### (.+)$", TEXT, re.MULTILINE)
    assert len(parts) == 7
    assert len(LINES) >= 40
    assert "Report a vulnerability" in TEXT

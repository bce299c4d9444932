"""What a pull request can have the project's bot say: nothing but the words of main's own check."""

import os
import subprocess

import pytest
import yaml

from mint_bench.resources import resource

WORKFLOW = resource("tasks").parent / ".github" / "workflows" / "submission-comment.yml"
GH = """#!/bin/sh
case "$*" in
  "run download"*) mkdir -p said; echo 7 > said/number; echo "Well." > said/comment.md ;;
  *"/files?per_page"*) printf '%s\\n' "$FILES" ;;
  "api repos/org/bench/pulls/7"*) echo "$PULL" ;;
  "pr comment 7 "*) echo posted > posted ;;
  *) echo "unknown: $*" >&2; exit 1 ;;
esac
"""
RECORD = "results/mine/a-b.json"


def posted(folder, *, files=RECORD, pull="c0ffee main 1"):
    """Whether the workflow's script posts the comment, with a `gh` that answers so."""
    tools = folder / "tools"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    [step] = yaml.safe_load(WORKFLOW.read_text())["jobs"]["comment"]["steps"]
    given = {"RUN": "1", "COMMIT": "c0ffee", "MAIN": "main", "GH_REPO": "org/bench"}
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=folder, check=True, env={"PATH": path, "FILES": files, "PULL": pull, **given},
    )  # fmt: skip
    return (folder / "posted").exists()


def test_the_bot_says_what_the_check_found(tmp_path):
    assert posted(tmp_path)


@pytest.mark.parametrize(
    "given",
    [
        {"files": f"{RECORD}\n.github/workflows/submission.yml"},
        {"files": f"{RECORD}\n.github/workflows/another.yml"},
        {"pull": "c0ffee main 4000"},
        {"pull": "c0ffee their-branch 1"},
        {"pull": "abcdef main 1"},
    ],
    ids=["its workflow", "any workflow", "too much to tell", "another base", "moved on"],
)
def test_the_bot_says_nothing_of_a_pull_request_that_may_bring_its_own_workflow(tmp_path, given):
    assert not posted(tmp_path, **given)

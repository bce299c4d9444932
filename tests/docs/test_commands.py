"""Every command in README and docs is run, or says what it needs and has arguments that exist."""

import pytest

from docs.hooks.reference import commands as all_commands
from tests.docs.checking import faults
from tests.docs.pages import NEEDS, ROOT, SHELLS, blocks, commands, commands_of, pages
from tests.docs.running import lacking, run_page, runnable

PROGRAMS = ("mint-bench ", "make ", "inspect ", "lm_eval ", "pip install", "accelerate ")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_stand_in_blocks_that_say_so(page):
    bare = [
        block.where
        for block in blocks(page)
        if block.language not in SHELLS | {"text", "yaml", "python"}
        if any(line.lstrip("$ ").startswith(PROGRAMS) for line in block.text.splitlines())
    ]
    assert bare == [], "write ```console or ```bash"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_are_known_with_all_their_arguments(page):
    assert [(str(c), found) for c in commands(page) if (found := faults(c.text))] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_command_needs_is_one_of_few_words(page):
    assert [str(c) for c in commands(page) if not set(c.needs) <= set(NEEDS)] == []


def examples(command):
    """The commands that a command's own help shows."""
    lines = [line.strip() for line in (command.help or "").splitlines()]
    text, found = "", []
    for line in lines:
        if text or line.startswith("mint-bench "):
            text += line.removesuffix("\\")
            if not line.endswith("\\"):
                found, text = [*found, " ".join(text.split())], ""
    return found


@pytest.mark.parametrize(("name", "command"), list(all_commands()), ids=lambda v: str(v)[:40])
def test_examples_in_the_help_are_right(name, command):
    assert [(e, found) for e in examples(command) if (found := faults(e))] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("mint-bench tabel", "no such command"), ("mint-bench run", "Missing argument"),
        ("mint-bench run m --epoch", "No such option"), ("mint-bench table --format word", "word"),
        ("mint-bench data fetch x && mint-bench data give", "No such command"),
        ("X=1 mint-bench score a.jsonl --also > out.txt", "requires an argument"),
        ("inspect eval mint_bench/many_turns", "no task"),
        ("inspect eval mint_bench/multi_turn -T seekers=1", "no option seekers"),
        ("make cofee", "no target"), ("pip install 'mint-bench[hfs]'", "no extra"),
        ("frobnicate now", "no such program"),
        ('mint-bench path "$(mint-bench pith lm-eval)"', "pith"),
    ],
)  # fmt: skip
def test_a_wrong_command_is_found(text, fault):
    assert fault in "".join(faults(text))


def test_comments_prompts_and_continued_lines_are_understood(tmp_path):
    page = ROOT / "docs" / "protocol.md"
    block = blocks(page)[0].__class__(
        page, 1, "console", None,
        "$ mint-bench run 'a # b' \\\n    --limit 1  # needs: gpu, hours\nanswer\n$ make x\n", (),
    )  # fmt: skip
    first, second = commands_of(block)
    assert (first.text, first.needs) == ("mint-bench run 'a # b'     --limit 1", ("gpu", "hours"))
    assert (second.text, second.needs) == ("make x", ())


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "page", [p for p in pages() if runnable(p)], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_a_page_does_what_it_says(page, tmp_path):
    missing = lacking(page)
    if missing:
        pytest.skip(missing)
    assert len(run_page(page, tmp_path)) == len(runnable(page))

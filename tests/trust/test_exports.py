"""Tables and reports carry names that strangers chose: nothing in one acts where it is opened."""

import csv
import io
import re

import pytest

from mint_bench.cli.look import show_boards
from mint_bench.errors import MintError
from mint_bench.marks import plain
from mint_bench.records.figures import figures
from mint_bench.records.forms import as_csv, as_latex, as_markdown
from mint_bench.records.schema import Settings
from mint_bench.records.store import dump, read, write
from mint_bench.records.tables import (
    board_tables,
    markdown_code,
    markdown_text,
    tex,
)
from mint_bench.report.content import content
from mint_bench.report.writing import latex_table
from mint_bench.resources import data_root
from mint_bench.submissions import register
from mint_bench.submissions.markdown import inert
from tests.cli.typed import type_in
from tests.leaderboard.records import RANKED, record
from tests.trust.payloads import MARKUP

FORMULAS = ["=cmd()", "+1", "-1", "@SUM(1)", "=HYPERLINK(0)"]
LATEX = [r"\input{/etc/passwd}", r"\write18{id}", r"a & b \\ c", "%", "[1cm]x", "*x", "$x$ ^^5c_#~",
         r"}\immediate\write18{id}{", "\\"]  # fmt: skip
MARKDOWN = ["[read](javascript:alert(1))", "![x](http://evil.invalid)", "<img src=x>", "`x` a",
            "a`` b", "<http://evil.invalid>", "**x**", "# x", "~~x~~"]  # fmt: skip
ESCAPES = ["\x1b[2J", "\x1b]8;;http://evil.invalid\x07x", "\x9b31m", "a\rb", "a\x08", "\u202ex"]


def named(name):
    """Two records of one board; the first says a name wherever a name may stand."""
    one = record("calm", title=name, judge=name, source=name)
    return [one, record("keen", shift=1, judge=name, source=name)]


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_of_a_csv_begins_a_formula(name):
    text = as_csv(board_tables(named(name)))
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            is_number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
            assert is_number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell


@pytest.mark.parametrize("name", FORMULAS)
def test_a_systems_name_cannot_begin_a_formula(tmp_path, name):
    path = tmp_path / "r.json"
    path.write_text(dump(record()).replace('"system": "calm"', f'"system": "{name}"'))
    with pytest.raises(MintError, match="system"):
        read(path)


def commands(text):
    return set(re.findall(r"\\[A-Za-z]+", text))


@pytest.mark.parametrize("name", LATEX)
def test_a_name_adds_no_command_row_or_argument_to_a_latex_table(name):
    plain_table = as_latex(board_tables(named("calm")))
    text = as_latex(board_tables(named(name)))
    added = commands(text) - commands(plain_table)
    assert added <= {r"\textbackslash", r"\textasciitilde", r"\textasciicircum"}
    assert text.count("\\\\\n") == plain_table.count("\\\\\n")
    assert not re.search(r"\\\\\s*[\[*]", text)
    ours = text.replace("$n$", "").replace(r"$^\dagger$", "")
    assert not re.search(r"(?<!\\)[%$#]", ours)
    for line in text.splitlines():
        bare = re.sub(r"\\[{}\\]", "", line)
        assert bare.count("{") == bare.count("}")


@pytest.mark.parametrize("name", LATEX)
def test_nor_to_the_reports_table_and_its_drawing(name):
    records = [one.model_copy(update={"title": name}) for one in RANKED]
    text = latex_table(content(records[0], records))
    calm = latex_table(content(RANKED[0], RANKED))
    assert commands(text) - commands(calm) <= {
        r"\textbackslash", r"\textasciitilde", r"\textasciicircum",
    }  # fmt: skip
    assert not re.search(r"\\\\\s*[\[*]", text)


def test_what_looks_like_mathematics_is_drawn_as_text(tmp_path):
    name = r"$\frac{$ \input $x$ $"
    for one in RANKED:
        write(one.model_copy(update={"title": name}), tmp_path / "results")
    done = type_in("report", "leader", "--results", tmp_path / "results", "--out", tmp_path / "out")
    assert done.code == 0, done.err


@pytest.mark.parametrize("text", LATEX)
def test_the_start_of_a_row_is_no_argument_of_the_row_before(text):
    assert not tex(text).startswith(("[", "*"))


def rendered(text):
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


@pytest.mark.parametrize("name", MARKDOWN)
def test_a_name_stays_text_in_a_markdown_table_and_in_the_signature_below(name):
    html = rendered(as_markdown(board_tables(named(name))))
    assert not re.search(r"<(a|img|strong|em|h\d|s|script)\b", html)
    assert html.count("<code>") == html.count("</code>") == 1


@pytest.mark.parametrize("name", MARKDOWN)
def test_markdown_shows_every_text_as_it_was_written(name):
    import html

    for written in (markdown_text(name), markdown_code(name)):
        shown = re.sub(r"</?(p|code)>", "", rendered(f"x {written} x"))
        assert html.unescape(shown).strip() == f"x {name} x"


CALM = figures(record("calm").conversations, names=register.FIGURES)
FORGE = ["@everyone", "#1", "https://evil.invalid", "www.evil.invalid", "$x^2$", "$$\\frac{a}{b}$$",
         ":skull:", ":broken_heart:", ":+1:"]  # fmt: skip


@pytest.mark.parametrize("name", [*MARKDOWN, *MARKUP.values(), *FORGE])
def test_a_strangers_words_stay_words_in_the_evaluation_report(name, monkeypatch):
    monkeypatch.setattr(register, "figures", lambda *_, **__: CALM)  # not what is looked at
    made = record("calm", title=name[:200], command=name, log_sha="0" * 12)
    made = made.model_copy(
        update={
            "settings": made.settings.model_copy(update={"model": name[:200], "provider": name}),
            "provenance": made.provenance.model_copy(
                update={"versions": {"inspect_ai": name, "mint-bench": name}}
            ),
        }
    )
    text = register.report([made], data_root() / register.TEMPLATE)
    told, fence, _ = text.partition("```console")
    assert fence
    ours = r"<(?!/?(?:h\d|p|ul|li|code|em|table|t[hdr]|thead|tbody)\b|!-- needs)"
    assert not re.search(ours, rendered(told))


@pytest.mark.parametrize("name", FORGE)
def test_a_forge_makes_nothing_of_a_strangers_words(name):
    import html

    shown = html.unescape(rendered(inert(name)))
    assert not re.search(r"[@#](?!\u2060)|//(?!\u2060)|www\.(?!\u2060)|:[\w+-]+:", shown)
    assert not re.search(r"(?<!\\)\$", inert(name))
    assert shown.replace("\u2060", "").strip() == f"<p>{name}</p>"


@pytest.mark.parametrize("name", ESCAPES)
def test_no_name_with_a_terminals_commands_enters_a_record(tmp_path, name):
    with pytest.raises(ValueError, match="pattern"):
        Settings(model=f"a{name}")
    path = tmp_path / "talks.jsonl"
    path.write_text('{"messages": [{"role": "user", "content": "a"}, '
                    '{"role": "assistant", "content": "b"}]}')  # fmt: skip
    done = type_in("score", path, "--system", f"a{name}", "--judge", "none", "--tagger", "none")
    assert done.code == 2
    assert acts_not(done.err)


@pytest.mark.parametrize("text", ESCAPES)
def test_notes_and_reasons_lose_them_when_a_record_is_read(tmp_path, text):
    one = record(notes=["plain"])
    path = tmp_path / "r.json"
    turn = (
        one
        .conversations[0]
        .turns[0]
        .model_copy(update={"ratings": None, "unscored": {"ratings": text}})
    )
    conversation = one.conversations[0].model_copy(update={"turns": [turn]})
    path.write_text(
        dump(
            one.model_copy(
                update={
                    "conversations": [conversation, *one.conversations[1:]],
                    "provenance": one.provenance.model_copy(update={"notes": [text]}),
                }
            )
        ),
        encoding="utf-8",
    )
    found = read(path)
    assert found.provenance.notes == [plain(text)]
    assert found.conversations[0].turns[0].unscored == {"ratings": plain(text)}
    assert acts_not(plain(text))


@pytest.mark.parametrize("name", ["[red]x[/red]", "[link=http://evil.invalid]x", "[/]", "\\[bold]"])
def test_names_are_no_markup_of_the_terminal_table(name):
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=200, color_system=None)
    show_boards(board_tables(named(name)), console)
    assert "\x1b]8" not in out.getvalue()
    assert name in out.getvalue().replace("\n", "")


def test_an_error_that_quotes_a_file_drives_no_terminal():
    for text in ESCAPES:
        assert acts_not(str(MintError(f"x.jsonl: {text!s} is no role")))


def acts_not(text):
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)

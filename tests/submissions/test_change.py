"""What a change does to the records, by a real repository; and the answer to it in Markdown."""

import json
import shutil
import subprocess

import pytest
from markdown_it import MarkdownIt

from mint_bench.errors import MintError
from mint_bench.records.schema import Provenance
from mint_bench.records.store import digest, read, write
from mint_bench.resources import resource
from mint_bench.submissions.change import change
from mint_bench.submissions.comment import LONGEST, answer, comment, shortened
from mint_bench.submissions.markdown import inert
from tests.cli.typed import type_in

VANILLA = "baseline1_vanilla_Qwen3-1.7B"
BOARD = (VANILLA, "baseline1_vanilla_Qwen3-4B", "ours1_q_dkl_Qwen3-4B", "gold")
HOSTILE = "<img src=x onerror=alert(1)> @everyone [free](https://evil.example) `x` ~~a~~ \u202ecba"


def git(folder, *words):
    name = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path):
    """Four published records of one board, committed as the base."""
    for system in BOARD:
        shutil.copytree(resource("results") / system, tmp_path / "repo/results" / system)
    git(tmp_path / "repo", "init", "-b", "main")
    git(tmp_path / "repo", "add", ".")
    git(tmp_path / "repo", "commit", "-m", "base")
    return tmp_path / "repo"


def the_path(repo, system=VANILLA):
    [path] = (repo / "results" / system).glob("*.json")
    return path


def new_record(repo, system="newcomer", title="Newcomer", **other):
    """A record of a system like the second one, each reply two words longer."""
    old = read(the_path(repo, BOARD[1]))
    conversations = [
        c.model_copy(
            update={
                "turns": [
                    t.model_copy(update={"words": (t.words or 0) + 2, "tokens": 900})
                    for t in c.turns
                ]
            }
        )
        for c in old.conversations
    ]
    settings = old.settings.model_copy(update={"model": system, "open_weights": False})
    values = {"system": system, "title": title, "kind": "model", "settings": settings,
              "conversations": conversations, **other}  # fmt: skip
    return write(old.model_copy(update=values), repo / "results")


def test_an_added_record_is_seen_whether_committed_or_not(repo):
    path = new_record(repo)
    for _ in range(2):
        found = change(repo / "results", "main")
        assert [(one.path, one.what) for one in found.changed] == [
            (path.relative_to(repo).as_posix(), "added")
        ]
        assert (len(found.before), len(found.after), found.faults) == (4, 5, ())
        git(repo, "checkout", "-q", "-B", "branch")
        git(repo, "add", ".")
        git(repo, "commit", "-q", "--allow-empty", "-m", "new")


def test_what_the_base_gained_meanwhile_is_no_part_of_the_change(repo):
    git(repo, "checkout", "-q", "-b", "branch")
    new_record(repo)
    git(repo, "add", ".")
    git(repo, "commit", "-m", "new")
    git(repo, "checkout", "-q", "main")
    new_record(repo, "other")
    git(repo, "add", ".")
    git(repo, "commit", "-m", "meanwhile")
    git(repo, "checkout", "-q", "branch")
    assert len(change(repo / "results", "main").changed) == 1


def test_altered_removed_and_withdrawn_records_are_told_apart(repo):
    altered = read(the_path(repo))
    note = Provenance(**{**altered.provenance.model_dump(), "notes": ["another chat template"]})
    write(altered.model_copy(update={"provenance": note}), repo / "results")
    the_path(repo, "gold").unlink()
    gone = the_path(repo, BOARD[2])
    why = "Seen by <b>@all</b>"
    assert (
        type_in("submit", "withdraw", gone, "--why", why, "--results", repo / "results").code == 0
    )
    found = change(repo / "results", "main")
    assert {one.path.split("/")[1]: one.what for one in found.changed} == {
        VANILLA: "altered", "gold": "removed", BOARD[2]: "withdrawn",
    }  # fmt: skip
    assert (len(found.before), len(found.after)) == (4, 2)
    told = comment(answer(found))
    assert "another provenance than before" in told
    assert f"the record is withdrawn: {inert(why)}" in told
    assert "| withdrawn | ~~ours1 q dkl Qwen3-4B~~" in told
    assert "| removed | ~~Human" in told


def test_the_answer_shows_the_card_and_the_table_before_and_after(repo):
    new_record(repo)
    told = comment(answer(change(repo / "results", "main")))
    assert told.startswith("## mint-bench: 1 record, ")
    assert "### Newcomer" in told
    assert "| added | **Newcomer** |" in told
    assert "|  | baseline1 vanilla Qwen3-1.7B |" in told
    assert "– → " in told
    html = MarkdownIt("commonmark").enable("table").render(told)
    assert html.count("<table>") == 2


def test_a_strangers_words_stay_words_in_the_answer(repo):
    new_record(repo, title=HOSTILE)
    told = comment(answer(change(repo / "results", "main")))
    assert "@everyone" not in told
    assert "https://evil" not in told
    assert "\u202e" not in told
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    html = reader.render(told)
    assert "<img" not in html
    assert "<a " not in html
    assert "<s>" not in html


@pytest.mark.parametrize("damage", ["digest", "json", "link", "name", "huge"])
def test_a_file_that_is_no_record_is_a_fault_and_never_a_crash(repo, damage, monkeypatch):
    path = new_record(repo)
    if damage == "digest":
        path.write_text(path.read_text().replace('"title": "Newcomer"', '"title": "Best"'))
    elif damage == "json":
        path.write_text("{")
    elif damage == "link":
        path.unlink()
        path.symlink_to("/etc/passwd")
    elif damage == "name":
        path.rename(path.with_name("latest.json"))
    else:
        monkeypatch.setattr("mint_bench.submissions.change.LARGEST", 10)
    found = answer(change(repo / "results", "main"))
    [(_, [fault])] = found.findings
    assert (fault.level, fault.check, found.faults) == ("fault", "verify", 1)
    assert "Newcomer" not in comment(found).split("## The tables")[-1]


@pytest.mark.parametrize("place", ["fresh.json", "a/b/c.json", "Newcomer/{}", "newcomer/x/{}"])
def test_a_record_in_a_place_that_no_table_reads_is_a_fault(repo, place):
    path = new_record(repo)
    elsewhere = repo / "results" / place.format(path.name)
    elsewhere.parent.mkdir(parents=True, exist_ok=True)
    path.rename(elsewhere)
    found = answer(change(repo / "results", "main"))
    [(_, [fault])] = found.findings
    assert (fault.level, fault.check) == ("fault", "verify")
    assert f"newcomer/{path.name} by its content" in fault.text
    assert len(found.change.after) == 4


def test_a_link_in_the_place_of_the_records_hides_nothing(repo):
    (repo / "docs").mkdir()
    (repo / "results").rename(repo / "docs/n")
    (repo / "results").symlink_to("docs/n")
    with pytest.raises(MintError, match="results: a link"):
        change(repo / "results", "main")
    done = type_in("submit", "check", "--base", "main", "--results", repo / "results")
    assert done.code == 2


def test_a_link_that_leads_to_the_repository_is_followed(repo):
    (repo.parent / "linked").symlink_to(repo)
    new_record(repo)
    assert len(change(repo.parent / "linked" / "results", "main").changed) == 1


def test_a_list_of_withdrawn_records_that_is_a_link_is_a_fault(repo):
    (repo / "results/withdrawn.yaml").symlink_to("/etc/passwd")
    assert "withdrawn.yaml: a link" in change(repo / "results", "main").faults[0]


def test_files_beside_the_records_are_told(repo):
    (repo / "mint_bench").mkdir()
    (repo / "mint_bench/evil.py").write_text("")
    (repo / "results/virus.bin").write_bytes(b"x")
    new_record(repo)
    found = answer(change(repo / "results", "main"))
    assert found.change.elsewhere == ("mint_bench/evil.py",)
    assert "results/virus.bin: no record" in found.change.faults[0]
    assert "`mint_bench/evil.py`" in comment(found)


def test_a_mark_for_no_record_is_a_fault(repo):
    (repo / "results/withdrawn.yaml").write_text(
        f"withdrawn:\n- {{record: gone/aa.json, digest: {'a' * 64}, since: 2027-01-01, why: x}}\n"
    )
    assert "has no such record" in change(repo / "results", "main").faults[0]
    (repo / "results/withdrawn.yaml").write_text("withdrawn: [")
    found = change(repo / "results", "main")
    assert "not plain YAML" in found.faults[0]
    assert len(found.after) == 4


def test_a_twin_is_a_fault(repo):
    path = the_path(repo)
    value = json.loads(path.read_text())
    value["provenance"]["notes"] = ["x"]
    value["digest"] = digest(value)
    path.with_name("0-0.json").write_text(json.dumps(value))
    found = answer(change(repo / "results", "main"))
    assert found.faults >= 1


@pytest.mark.parametrize("base", ["nowhere", "--output=x", ""])
def test_an_unknown_base_is_told_in_one_line(repo, base):
    with pytest.raises(MintError, match="has no such commit"):
        change(repo / "results", base)


def test_a_folder_outside_any_repository_is_told(tmp_path):
    with pytest.raises(MintError, match="git rev-parse"):
        change(tmp_path, "main")


def test_the_command_answers_in_lines_json_and_markdown_and_fails_on_a_fault(repo, tmp_path):
    path = new_record(repo)
    words = ("submit", "check", "--base", "main", "--results", repo / "results")
    done = type_in(*words, "--json", "--comment", tmp_path / "comment.md")
    value = json.loads(done.out)
    assert done.code == (1 if value["faults"] else 0)
    assert value["records"][0]["system"] == "newcomer"
    assert (tmp_path / "comment.md").read_text().startswith("## mint-bench: ")
    path.write_text("{")
    failed = type_in(*words)
    assert failed.code == 1
    assert "FAULT   verify: line 1" in failed.out or "FAULT   verify" in failed.out
    path.unlink()
    clean = type_in(*words)
    assert (clean.code, clean.out, clean.err.strip()) == (0, "", "no record changed")


def test_a_conversations_id_cannot_speak_to_the_ci(repo):
    old = read(the_path(repo, BOARD[1]))
    evil = "a\n::add-mask::x"
    first = old.conversations[0].model_copy(update={"id": evil})
    turns = [t.model_copy(update={"tokens": 0}) for t in first.turns]
    first = first.model_copy(update={"turns": turns})
    record = old.model_copy(update={"system": "evil", "conversations": [first]})
    source = record.board.source.model_copy(update={"ids_sha": "0" * 12})
    write(record.model_copy(
        update={"board": record.board.model_copy(update={"source": source})}
    ), repo / "results")  # fmt: skip
    done = type_in("submit", "check", "--base", "main", "--results", repo / "results")
    assert "\n::add-mask" not in done.out


def test_a_long_answer_is_cut_at_a_line():
    text = shortened("a line\n" * 20_000)
    assert len(text) < LONGEST + 100
    assert text.endswith("a line\n\nThe rest is left out: too long for a comment.\n")

"""Preparing a submission: what is asked, what is refused, what lies there at the end."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import Sample
from inspect_ai.model import get_model
from inspect_ai.scorer import match

from mint_bench import multi_turn
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.said import said as said_in
from mint_bench.records.store import read, write
from mint_bench.resources import resource
from tests.cli.typed import type_in
from tests.inspect_plugin.runs import output

WORDS = "That sounds hard and I hear how tired you are of it"


def log_of(folder, reply):
    """A log of a model whose n-th reply is `reply(n)`, on the shipped conversations."""
    count = iter(range(10_000))
    model = get_model(
        "mockllm/model", custom_outputs=lambda *_: output(reply(next(count)), tokens=60)
    )
    task = multi_turn(source="starter", max_turns=2, tagger="none", judge="none")
    [log] = inspect_eval(task, model=model, log_dir=str(folder), display="none")
    return log.location


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return log_of(tmp_path_factory.mktemp("logs"), lambda n: " ".join([WORDS] + ["indeed"] * n))


def prepare(log, tmp_path, *words):
    return type_in(
        "submit", "prepare", log, "--results", tmp_path / "results", "--text", tmp_path / "pr.md",
        *words,
    )  # fmt: skip


def test_outside_a_terminal_the_missing_flag_is_named_and_nothing_written(log, tmp_path):
    done = prepare(log, tmp_path)
    assert done.code == 2
    assert "Say it by --open-weights or --closed-weights" in done.err
    pinned = prepare(log, tmp_path, "--open-weights")
    assert "Say it by --revision" in pinned.err
    assert not list(tmp_path.iterdir())


OF_ITS_OWN = """import os, signal, sys
os.login_tty(0)
# A shell's background jobs inherit it as ignored, and a test before may have held it back.
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"""


class Terminal:
    """The command in a terminal of its own, questions and answers as a person sees them."""

    def __init__(self, *words):
        mine, its = pty.openpty()
        self.seen, self._mine = "", mine
        self._process = subprocess.Popen(
            [sys.executable, "-c", OF_ITS_OWN, "-m", "mint_bench.cli", *map(str, words)], stdin=its
        )
        os.close(its)

    def says(self, text, within=120):
        """Wait until it has said a text; what it said up to there."""
        until = time.monotonic() + within
        while text not in self.seen:
            assert time.monotonic() < until, self.seen
            if not self._more():
                break
        head, found, self.seen = self.seen.partition(text)
        assert found, head
        return head + found

    def answer(self, text):
        os.write(self._mine, text.encode())

    def end(self, pressing=""):
        """Wait for its end: exit code, and the rest of what it said.

        `pressing`: keys pressed again every second, as a person does. A Ctrl-C between the
        question's last letter and Python's wait for an answer is noticed at the next key only.
        """
        until, told = time.monotonic() + 120, time.monotonic()
        while self._more():
            if pressing and time.monotonic() > told + 1:
                self.answer(pressing)
                told = time.monotonic()
            if time.monotonic() > until:
                self._process.kill()
                pytest.fail(f"does not end: {self.seen}")
        code = self._process.wait(60)
        os.close(self._mine)
        return code, self.seen

    def _more(self):
        if not select.select([self._mine], [], [], 1)[0]:
            return True
        try:
            part = os.read(self._mine, 65_536)
        except OSError:  # the other end is closed
            return False
        self.seen += part.decode().replace("\r", "")
        return bool(part)


@pytest.fixture
def served(log, tmp_path):
    """A record of weights on the submitter's own machine, about which nothing is said yet."""
    record = record_from_log(Path(log))
    settings = record.settings.model_copy(update={"provider": "vllm", "revision": None})
    provenance = record.provenance.model_copy(update={"hardware": None})
    told = {"settings": settings, "provenance": provenance}
    return write(record.model_copy(update=told), tmp_path / "mine")


def asked(given, tmp_path, *words):
    return Terminal(
        "submit", "prepare", given, "--results", tmp_path / "results", "--text", tmp_path / "pr.md",
        *words,
    )  # fmt: skip


def test_in_a_terminal_it_asks_what_is_missing_and_asks_again_what_does_not_fit(served, tmp_path):
    terminal = asked(served, tmp_path)
    terminal.says("Can anyone have the weights? [y/n]: ")
    terminal.answer("\n")  # Enter alone is no answer
    terminal.says("Can anyone have the weights? [y/n]: ")
    terminal.answer("y\n")
    terminal.says("Which commit or hash pins the weights?: ")
    terminal.answer("a|b\n")
    refused = terminal.says("Which commit or hash pins the weights?: ")
    assert "settings.revision" in refused
    terminal.answer("1a2b3c4\n")
    terminal.says("What did it run on (such as 1 x A100 80 GB)?: ")
    terminal.answer("  1 x box  \n")
    code, rest = terminal.end()
    assert code == 0, rest
    [path] = (tmp_path / "results").glob("*/*.json")
    assert str(path) in rest
    record = read(path)
    assert (record.settings.open_weights, record.settings.revision) == (True, "1a2b3c4")
    assert record.provenance.hardware == "1 x box"
    assert (tmp_path / "pr.md").read_text("utf-8").startswith("# Submit ")


def test_in_a_terminal_it_asks_why_a_record_is_replaced(log, tmp_path):
    assert prepare(log, tmp_path, "--closed-weights").code == 0
    terminal = asked(log, tmp_path, "--closed-weights", "--note", "x")
    terminal.says("Why is it replaced?: ")
    terminal.answer("a wrong note\n")
    code, rest = terminal.end()
    assert code == 0, rest
    [path] = (tmp_path / "results").glob("*/*.json")
    assert "corrects an earlier record: a wrong note" in read(path).provenance.notes


@pytest.mark.parametrize("keys", ["\x03", "\x04"])
def test_ctrl_c_and_ctrl_d_at_a_question_end_in_one_line_with_nothing_written(
    served, tmp_path, keys
):
    terminal = asked(served, tmp_path)
    terminal.says("[y/n]: ")
    terminal.answer(keys)
    code, rest = terminal.end(pressing=keys)
    assert (code, "Traceback" in rest) == (130, False)
    assert rest.strip().splitlines()[-1].startswith("mint-bench: ")
    assert not (tmp_path / "results").exists()


def test_a_log_of_another_task_is_refused_in_one_line(tmp_path):
    task = Task(dataset=[Sample(input="1 + 1?", target="2")], scorer=match())
    model = get_model("mockllm/model")
    [other] = inspect_eval(task, model=model, log_dir=str(tmp_path / "logs"), display="none")
    done = prepare(other.location, tmp_path, "--closed-weights")
    assert (done.code, len(done.err.strip().splitlines())) == (2, 1)
    assert "Traceback" not in done.err


def test_equal_epochs_of_a_system_are_no_equal_replies(tmp_path):
    count = iter(range(10_000))
    said = {}

    def answer(messages, *_):
        key = "\n".join(message.text for message in messages)
        return output(said.setdefault(key, " ".join([WORDS] + ["indeed"] * next(count))), tokens=60)

    task = multi_turn(source="starter", max_turns=2, tagger="none", judge="none")
    model = get_model("mockllm/model", custom_outputs=answer)
    folder = str(tmp_path / "logs")
    [log] = inspect_eval(task, model=model, log_dir=folder, display="none", epochs=2)
    assert said_in(Path(log.location)).repeated == 0


def test_a_log_becomes_a_record_in_its_place_and_the_text_of_a_pull_request(log, tmp_path):
    done = prepare(
        log, tmp_path, "--closed-weights", "--title", "My <b>model</b>", "--system", "my-model",
        "--note", "tuned on other data",
    )  # fmt: skip
    assert done.code == 0, done.err
    [path] = (tmp_path / "results/my-model").glob("*.json")
    assert done.out == f"{path}\n"
    assert type_in("verify", path).code == 0
    record = read(path)
    assert (record.settings.open_weights, record.provenance.notes) == (
        False, ["tuned on other data"],
    )  # fmt: skip
    text = (tmp_path / "pr.md").read_text("utf-8")
    assert text.startswith("# Submit My \\<b\\>model")
    assert "| words a turn |" in text
    assert "unseen  text" in done.err


def test_a_record_in_anothers_place_must_say_what_it_corrects(log, tmp_path):
    assert prepare(log, tmp_path, "--closed-weights").code == 0
    again = prepare(log, tmp_path, "--closed-weights", "--note", "x")
    assert "Say it by --corrects" in again.err
    said = prepare(log, tmp_path, "--closed-weights", "--note", "x", "--corrects", "a wrong note")
    assert said.code == 0, said.err
    [path] = (tmp_path / "results").glob("*/*.json")
    assert "corrects an earlier record: a wrong note" in read(path).provenance.notes


def test_equal_replies_in_a_log_are_refused_by_their_words(tmp_path):
    done = prepare(log_of(tmp_path / "logs", lambda _: WORDS), tmp_path, "--closed-weights")
    assert done.code == 2
    assert "FAULT   text:" in done.err
    assert "word for word those of another turn" in done.err
    assert "nothing was written" in done.err
    assert not (tmp_path / "results").exists()


def test_the_humans_own_words_in_a_log_are_refused(tmp_path):
    from mint_bench.sources import load

    talks = {c.id: c for c in load("starter").conversations}
    humans = [talk.turns[p].text for talk in talks.values() for p in talk.scored_turns[:2]]

    def answer(messages, *_):
        said = " ".join(m.text for m in messages[-1:])
        for talk in talks.values():
            for p in talk.scored_turns:
                if talk.turns[p - 1].text.split() == said.split():
                    return output(talk.turns[p].text, tokens=400)
        return output(humans[0], tokens=400)

    model = get_model("mockllm/model", custom_outputs=answer)
    task = multi_turn(source="starter", max_turns=2, tagger="none", judge="none")
    [log] = inspect_eval(task, model=model, log_dir=str(tmp_path / "logs"), display="none")
    done = prepare(log.location, tmp_path, "--closed-weights")
    assert "word for word the human's in the same place" in done.err


def test_a_record_that_does_not_hold_or_was_withdrawn_is_refused(log, tmp_path):
    assert prepare(log, tmp_path, "--closed-weights").code == 0
    [path] = (tmp_path / "results").glob("*/*.json")
    aside = tmp_path / "mine.json"
    aside.write_bytes(path.read_bytes())
    gone = type_in(
        "submit", "withdraw", path, "--why", "cheated", "--results", tmp_path / "results"
    )
    assert gone.code == 0
    assert "was withdrawn (cheated)" in prepare(aside, tmp_path).err
    aside.write_text(aside.read_text().replace('"words":', '"words": 9'))
    assert "digest" in prepare(aside, tmp_path).err


def test_a_short_name_that_no_folder_takes_is_refused(log, tmp_path):
    done = prepare(log, tmp_path, "--closed-weights", "--system", "../x")
    assert (done.code, "--system" in done.err) == (2, True)


def test_a_trivial_systems_published_record_needs_no_question(tmp_path):
    paths = (resource("results") / "silence").glob("*.json")
    path = next(path for path in paths if read(path).board.source.name == "lend_an_ear")
    copy = write(read(path), tmp_path / "mine")
    done = prepare(copy, tmp_path)
    assert done.code == 0, done.err
    assert "look    kind: says it is trivial" in done.err

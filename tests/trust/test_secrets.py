"""Keys in the environment, in addresses and in what servers answer: none is printed or kept."""

import json
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mint_bench.engines.decide import Reach
from mint_bench.engines.run import RunRequest, run
from mint_bench.errors import MintError, on_one_line, shortly
from mint_bench.leaderboard.build import build
from mint_bench.secrecy import HIDDEN, has_secret, without_secrets
from tests.cli.typed import type_in
from tests.inspect_plugin.judge_server import send_json

KEY, OTHER = "sk-planted-0123456789abcdef", "hf_planted9876543210"
PASSWORD, QUERY = "planted-word", "planted-query-77"
HALF = "nted-word"  # of a password that has a mark in its middle
SECRETS = (KEY, OTHER, PASSWORD, QUERY, HALF)


class Refusing:
    """A server that refuses and repeats the key that it was sent, in text and in JSON."""

    def __init__(self):
        outer = self
        self.asked, self.status = 0, 401

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def do_GET(self):
                send_json(self, 200, {"data": [{"id": "m"}]})

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked += 1
                said = f"Incorrect API key provided: {self.headers['Authorization']} and {OTHER}"
                send_json(
                    self,
                    outer.status,
                    {"error": {"message": said, "param": KEY, "code": "bad_key"}},
                )

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"


@pytest.fixture
def refusing():
    server = Refusing()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def planted(monkeypatch):
    monkeypatch.setenv("BOX_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("HF_TOKEN", OTHER)


def kept(folder):
    """All text in all files of a folder, the parts of logs unpacked."""
    from inspect_ai._util import zipfile as _unpacks_zstd  # noqa: F401 - patches zipfile

    texts = {}
    for path in folder.rglob("*"):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as log:
                for name in log.namelist():
                    texts[f"{path.name}!{name}"] = log.read(name).decode("utf-8", "replace")
        elif path.is_file():
            texts[str(path)] = path.read_text("utf-8", "replace")
    return texts


def leaks(texts):
    return [
        (where, text[max(0, at - 60) : at + 60])
        for where, text in texts.items()
        for secret in SECRETS
        if (at := text.find(secret)) >= 0
    ]


@pytest.mark.slow  # Inspect waits between its attempts
def test_a_provider_that_repeats_the_key_puts_it_nowhere(tmp_path, refusing, planted, capfd):
    request = RunRequest("openai-api/box/m", source="starter", limit=1)
    reach = Reach(base_urls=(refusing.url,))
    with pytest.raises(MintError, match="the key is refused") as caught:
        run(request, tmp_path / "logs", tmp_path / "results", reach)
    assert refusing.asked
    texts = kept(tmp_path)
    # What happened is still told, without the key.
    assert any("Error code: 401" in text and HIDDEN in text for text in texts.values())
    said = capfd.readouterr()
    assert leaks({**texts, "error": str(caught.value), "out": said.out, "err": said.err}) == []


def test_a_judge_that_repeats_the_key_leaves_a_reason_without_it(
    tmp_path, refusing, planted, capfd
):
    role = (
        "grader={model: openai-api/box/m, max_retries: 0, "
        f"model_args: {{base_url: '{refusing.url}', api_key: {KEY}}}}}"
    )
    request = RunRequest(
        "mint/silence", source="starter", limit=1, judge="llm", model_roles=(role,)
    )
    refusing.status = 400
    result = run(request, tmp_path / "logs", tmp_path / "results")
    turn = result.record.conversations[0].turns[0]
    assert "400" in turn.unscored["ratings"]
    build([result.record], tmp_path / "site")
    refusing.status = 401
    with pytest.raises(MintError, match="the role grader: openai-api/box/m refuses the key") as end:
        run(replace(request, epochs=2), tmp_path / "logs", tmp_path / "results")
    said = capfd.readouterr()
    texts = {**kept(tmp_path), "error": str(end.value), "out": said.out, "err": said.err}
    assert leaks(texts) == []


ADDRESSES = [f"http://me:{PASSWORD}@127.0.0.1:9/v1", f"http://127.0.0.1:9/v1?key={QUERY}",
             f"http://{OTHER}@127.0.0.1:9/v1", f"ftp://me:{PASSWORD}@box/v1",
             f"http://127.0.0.1:9/v1#{QUERY}", f"me:{PASSWORD}@127.0.0.1:9/v1",
             f"http://127.0.0.1:9,http://me:{PASSWORD}@127.0.0.1:9",
             *(f"http://me:pla{mark}{HALF}@box/v1" for mark in "'\"<>@/ [\\\t")]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_a_secret_is_refused_without_repeating_it(tmp_path, address, planted):
    asked = ["run", "openai-api/box/m", "--source", "starter", "--log-dir", tmp_path]
    quoted = json.dumps(address)
    role = f"grader={{model: openai-api/box/m, model_args: {{base_url: {quoted}}}}}"
    for words in (
        [*asked, "--base-url", address],
        ["run", "mint/silence", "--source", "starter", "--judge", "llm", "--model-role", role,
         "--log-dir", tmp_path],
    ):  # fmt: skip
        done = type_in(*words)
        assert done.code == 2
        assert "the address carries" in done.err
        assert len(done.err.strip().splitlines()[-1]) < 400
        assert leaks({**kept(tmp_path), "out": done.out, "err": done.err}) == []


@pytest.mark.parametrize("spec", ["grader={model: m, model_args: {api_key: %s}}",
                                  "grader={model: a/b, model_args: {api_key: %s}, x: 1}",
                                  "grader=[{model_args: {api_key: %s}}, 3]",
                                  "grader={model: a/b, model_args: %s}"])  # fmt: skip
def test_a_role_that_is_not_in_form_is_told_without_its_key(tmp_path, spec):
    words = ["run", "mint/silence", "--source", "starter", "--judge", "llm", "--log-dir", tmp_path]
    done = type_in(*words, "--model-role", spec % PASSWORD)
    assert done.code == 2
    assert "Traceback" not in done.err
    assert leaks({"out": done.out, "err": done.err}) == []


def test_the_environments_keys_are_hidden_in_every_error_of_ours(planted):
    assert KEY not in str(MintError(f"asked with {KEY}"))
    assert without_secrets(f"a {KEY} b {OTHER} c") == f"a {HIDDEN} b {HIDDEN} c"
    assert without_secrets("http://box:8000/v1?model=a") == "http://box:8000/v1?model=a"


@pytest.mark.parametrize("mark", "'\"<>@[\\")
def test_no_message_tells_what_stands_before_a_host(mark):
    told = without_secrets(f"GET http://me:pla{mark}{HALF}@box/v1 failed")
    assert told == f"GET http://{HIDDEN}@box/v1 failed"


def test_a_bare_address_carries_no_secret():
    for bare in (
        "http://box",
        "http://127.0.0.1:8000/v1",
        "https://[::1]:8/v1",
        "http://box:80/v1/@cf/m",
    ):
        assert not has_secret(bare)
        assert without_secrets(f"{bare} (ask me@box)") == f"{bare} (ask me@box)"


@pytest.mark.parametrize("before", range(0, 200, 7))
def test_a_key_where_a_message_is_cut_is_hidden_whole(planted, before):
    text = "." * before + KEY + "." * 200
    for told in (on_one_line(ValueError(text)), on_one_line(ValueError(text), 200), shortly(text)):
        assert KEY[:4] not in told
    assert KEY[:4] not in shortly([text], 60)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY_2", "API_KEYS", "APIKEY", "MY_PAT", "PASS",
                                  "AUTH", "PASS2", "db_pass", "AWS_ACCESS_KEY_ID", "TOKENS",
                                  "SECRET_KEY_BASE", "KEY_PASSPHRASE", "CREDENTIAL"])  # fmt: skip
def test_a_variable_named_like_a_key_in_any_way_is_one(monkeypatch, name):
    monkeypatch.setenv(name, KEY)
    assert without_secrets(f"tried {KEY}") == f"tried {HIDDEN}"


@pytest.mark.parametrize("name", ["MY_PATH", "KEYBOARD", "TOKENIZERS", "COMPASS", "AUTHOR",
                                  "SSH_AUTH_SOCK", "KEY_FILE", "AUTH_TYPE"])  # fmt: skip
def test_a_variable_of_another_name_is_none(monkeypatch, name):
    monkeypatch.setenv(name, "/home/someone")
    assert without_secrets("/home/someone/x: no such file") == "/home/someone/x: no such file"


def test_a_password_of_an_address_in_the_environment_is_a_secret_and_its_user_none(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody:a%2Fb-planted@box/talks")
    told = without_secrets("somebody refused: a%2Fb-planted, that is a/b-planted")
    assert told == f"somebody refused: {HIDDEN}, that is {HIDDEN}"


def test_what_is_too_short_for_a_key_stays(monkeypatch):
    monkeypatch.setenv("BOX_API_KEY", "none")
    assert without_secrets("none of it") == "none of it"


@pytest.mark.slow
def test_a_whole_process_with_planted_keys_leaves_none_behind(tmp_path, refusing):
    given = {"BOX_API_KEY": KEY, "HF_TOKEN": OTHER, "AWS_SECRET_ACCESS_KEY": QUERY}
    words = ["run", "openai-api/box/m", "--base-url", refusing.url, "--source", "starter"]
    done = subprocess.run(
        [sys.executable, "-m", "mint_bench.cli", *words, "--limit", "1"],
        cwd=tmp_path,
        env={**os.environ, **given, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 2
    assert "the key is refused" in done.stderr
    assert leaks({**kept(tmp_path), "out": done.stdout, "err": done.stderr}) == []

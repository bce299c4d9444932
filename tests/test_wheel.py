"""A wheel built from the checkout does, in an empty environment, all that the checkout does."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The `bin` folder of an environment that holds nothing but the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--wheel-dir", folder, CHECKOUT], check=True, cwd=folder
    )
    (wheel,) = folder.glob("mint_bench-*.whl")
    environment = folder / "env"
    venv.create(environment, with_pip=True)
    subprocess.run(
        [environment / "bin" / "pip", "install", "--quiet", wheel], check=True, cwd=folder
    )
    return environment / "bin"


def run(installed: Path, cwd: Path, *command: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        [installed / command[0], *command[1:]],
        cwd=cwd, input=stdin, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_it_knows_its_verbs_and_its_records(installed, tmp_path):
    assert "Commands:" in run(installed, tmp_path, "mint-bench", "--help")
    systems = {r["system"] for r in json.loads(
        run(installed, tmp_path, "mint-bench", "table", "--format", "json"))}  # fmt: skip
    assert {"gold", "human", "silence"} <= systems


def test_it_tags_and_rates(installed, tmp_path):
    line = json.dumps({"id": 1, "text": "I am so sorry. What happened next?"})
    tagged = json.loads(run(installed, tmp_path, "mint-bench", "tag", "-", stdin=line))
    assert [s["text"] for s in tagged["sentences"]] == ["I am so sorry.", "What happened next?"]
    messages = [{"role": "user", "content": "I lost my job."},
                {"role": "assistant", "content": "That sounds hard. How are you?"}]  # fmt: skip
    line = json.dumps({"id": 1, "messages": messages})
    rated = json.loads(run(installed, tmp_path, "mint-bench", "rate", "-", stdin=line))
    assert len(rated["ratings"]) == 6


def test_it_evaluates_and_builds_a_page(installed, tmp_path):
    run(installed, tmp_path, "mint-bench", "run", "mint/random_tactics", "--source", "starter",
        "--limit", "3", "--out", "here")  # fmt: skip
    assert len(list((tmp_path / "here").glob("*/*.json"))) == 1
    run(installed, tmp_path, "mint-bench", "verify", "here")
    run(installed, tmp_path, "mint-bench", "site", "build", "--results", "here", "--out", "page")
    assert "starter" in (tmp_path / "page" / "index.html").read_text(encoding="utf-8")


def test_inspect_finds_the_tasks_from_any_folder(installed, tmp_path):
    run(installed, tmp_path, "inspect", "eval", "mint_bench/multi_turn", "--model", "mint/parrot",
        "-T", "source=starter", "--limit", "2", "--display", "none")  # fmt: skip
    assert list((tmp_path / "logs").glob("*.eval"))

"""Runs a page as its reader would: its files written, its edits made, its commands typed, in order.

What the reader must bring (a transcript, a model's name) comes from `stand_ins.yaml`.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from mint_bench.errors import MintError
from mint_bench.sources import resolve
from tests.docs.pages import ROOT, SHELLS, blocks, commands_of

STAND_INS = yaml.safe_load((Path(__file__).parent / "stand_ins.yaml").read_text(encoding="utf-8"))
COPIED = ("mint_bench", "tasks", "scorers", "recipes", "leaderboard", "results")
LINKED = ("docs", "pyproject.toml", "Makefile")
PATIENCE = 1200


def stand_ins(page):
    return STAND_INS.get(page.relative_to(ROOT).as_posix()) or {}


def runnable(page):
    """The commands of a page that are run: all that need nothing, `make` aside."""
    return [
        command
        for block in blocks(page)
        if block.language in SHELLS
        for command in commands_of(block)
        if runs(command)
    ]


def runs(command):
    return not command.needs and not command.text.startswith("make ")


def run_page(page, folder):
    """Do what a page says, in a folder.

    Returns:
        What was typed, each with what came out.
    """
    given = stand_ins(page)
    if given.get("checkout"):
        copy_checkout(folder)
    for name, source in (given.get("files") or {}).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_file():
            shutil.copyfile(ROOT / source, target)
        else:
            target.write_text(source, encoding="utf-8")
    done = []
    for block in blocks(page):
        if block.title:
            take(block, folder)
        elif block.language in SHELLS:
            done += [(c, type_it(c, folder, given)) for c in commands_of(block) if runs(c)]
    return done


def take(block, folder):
    """Write a titled block to its file, or make the edit that it shows."""
    target = folder / block.title
    if block.language == "diff":
        target.write_text(edited(target.read_text(encoding="utf-8"), block), encoding="utf-8")
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text, encoding="utf-8")


def edited(text, block):
    """A text with a block's lines in place of those that it shows and takes away."""
    lines = [line for line in block.text.splitlines() if not line.startswith("@@")]
    old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    assert text.count(old) == 1, f"{block.where}: stands {text.count(old)} times:\n{old}"
    return text.replace(old, new)


def type_it(command, folder, given, more="", **variables):
    """Run one command with a shell, with more words at its end; it must end well."""
    text = f"{command.text} {more}".strip()
    for word, instead in (given.get("words") or {}).items():
        to = instead.replace("{embedded}", embedded()) if "{embedded}" in instead else instead
        text = re.sub(rf"(?<![\w/]){re.escape(word)}(?![\w/])", lambda _, to=to: to, text)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder, env=environment(folder, given) | variables, capture_output=True, text=True,
        check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{text}\n{done.stdout[-1500:]}\n{done.stderr[-2500:]}"
    return done.stdout


def embedded():
    from mint_bench.local_models.embedded_model import embedded_model_path

    return str(embedded_model_path())


def environment(folder, given):
    """Ours, with this checkout's package (or the copy of a page), and its programs found first."""
    package = folder if given.get("checkout") else ROOT
    programs = Path(sys.executable).parent
    return os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(package),
        "OMP_WAIT_POLICY": "PASSIVE",
        "INSPECT_DISPLAY": "plain",
        "COLUMNS": "120",
    }


def copy_checkout(folder):
    """A checkout that a page may edit; what no page edits is linked."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)


def lacking(page):
    """The first source of conversations that a page uses and that cannot be had here."""
    for name in stand_ins(page).get("sources") or ():
        try:
            resolve(name)
        except MintError as error:
            return f"{name}: {error}"
    return None

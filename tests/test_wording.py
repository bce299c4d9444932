"""The wording in `scorers/` is the project's own: nothing in it was taken from the data."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

from mint_bench.files import read_yaml
from mint_bench.judging.rubric import rewordings
from mint_bench.resources import resource
from tests.data_folder import data_folder

RUN = 8
REWORDINGS = [f"rewordings/{path.stem}.yaml" for path in rewordings().values()]
CARDS = [f"cards/{path.name}" for path in resource("scorers", "cards").glob("*.md")]
KINDS = [f"probes/kinds/{path.name}" for path in resource("scorers", "probes").glob("kinds/*.yaml")]
FILES = (
    "tactics.yaml",
    "empathy.yaml",
    *REWORDINGS,
    "additions.yaml",
    "probes/gate.yaml",
    "probes/seekers.yaml",
    *CARDS,
    *KINDS,
    *(f"also/{name}.yaml" for name in ("safety", "persona_consistency", "relevance")),
    *(f"judges/llm/{name}.md" for name in ("instructions", "exchange", "question", "joint")),
    *(
        f"taggers/llm/{name}.md"
        for name in (
            "instructions",
            "reply",
            "binary_instructions",
            "binary",
        )
    ),
)
WORD = re.compile(r"[a-z']+")


def texts(value: object) -> Iterator[str]:
    """Every string inside a decoded value, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def wording(path: Path) -> Iterator[str]:
    """Every text of a data file, or the lines of a template."""
    if path.suffix == ".yaml":
        yield from texts(read_yaml(path))
    else:
        yield from path.read_text("utf-8").splitlines()


def test_every_file_with_wording_is_looked_at():
    scorers = resource("scorers")
    found = {
        path.relative_to(scorers).as_posix()
        for path in scorers.rglob("*")
        if path.suffix in {".yaml", ".md"} and path.name not in {"CARD.md", "joint_agreement.yaml"}
    }
    assert found == set(FILES)


def runs(text: str) -> Iterator[tuple[str, ...]]:
    words = WORD.findall(text.lower().replace("\u2019", "'"))
    return zip(*(words[start:] for start in range(RUN)), strict=False)


def corpus(folder: Path) -> Iterator[str]:
    """Each distinct line of text in the data, once: conversations, prompts, rubrics."""
    seen = set()
    csv.field_size_limit(10**9)
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".json":
            values = [json.loads(path.read_text("utf-8"))]
        elif path.suffix == ".jsonl":
            values = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        elif path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as handle:
                values = list(csv.reader(handle))
        else:
            continue
        for text in texts(values):
            for line in text.splitlines():
                if line not in seen:
                    seen.add(line)
                    yield line


def test_no_wording_shares_a_run_of_eight_words_with_the_data():
    folder = data_folder()
    owners = {
        run: f"{name}: {' '.join(run)}"
        for name in FILES
        for text in wording(resource("scorers", *name.split("/")))
        for run in runs(text)
    }
    assert len(owners) > 2000
    shared = {owners[run] for line in corpus(Path(folder)) for run in runs(line) if run in owners}
    assert not shared, sorted(shared)

"""What is due tonight, and why: what changed since its last night, or is older than its period.

Decides only; running is `work`'s.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date

from mint_bench import __version__
from mint_bench.engines.cell import Cell
from mint_bench.engines.request import source_of
from mint_bench.engines.suite import HUMAN, cells_of
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.instruments import judge_named, tagger_named
from mint_bench.local_models.embedded_model import REVISION
from mint_bench.nightly.definition import Nightly, Part
from mint_bench.nightly.history import Night
from mint_bench.records.schema import slug
from mint_bench.replay.definition import SCRIPTED, load_task
from mint_bench.resources import resource, sha256_file, sha256_text

SHORT = 8
TRIVIAL = "mint/"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A system on a task of a nightly part.

    Attributes:
        part: Where it stands.
        cell: System and task, the source chosen.
        name: Its name among all, also its history's.
        shape: All that shapes its result, by the word that people know it by.
    """

    part: Part
    cell: Cell
    name: str
    shape: dict[str, str]


def candidates(nightly: Nightly) -> list[Candidate]:
    """All that is evaluated every night, in the file's order.

    Raises:
        MintError: If a source, task or scorer cannot be had.
    """
    found: list[Candidate] = []
    for part in nightly.parts:
        cells = cells_of(part.with_source())
        found += [Candidate(part, cell, _name(part, cell), _shape(cell)) for cell in cells]
    twice = [name for name, n in Counter(one.name for one in found).items() if n > 1]
    if twice:
        raise MintError(f"{twice[0]} stands twice among what is evaluated; use two suites for it")
    return found


def reasons(candidate: Candidate, last: Night | None, today: date) -> list[str]:
    """Why a candidate is due; nothing where it is not."""
    if last is None:
        return ["new"]
    then, now = last.shape, candidate.shape
    changed = [word for word in {**then, **now} if then.get(word) != now.get(word)]
    found = [f"changed: {', '.join(changed)}"] if changed else []
    age = (today - last.night).days
    if age >= candidate.part.every:
        found.append(f"{age} day{'s' if age > 1 else ''} old")
    return found


def _name(part: Part, cell: Cell) -> str:
    request = cell.request
    words = [part.suite.name, request.model, request.task]
    if request.seeker != SCRIPTED:
        words.append(request.seeker)
    return "-".join(slug(word) for word in words)


def _shape(cell: Cell) -> dict[str, str]:
    """All that is known beforehand to shape a cell's result.

    An API's model may change without a sign: that is what a period is for.
    """
    request, source = cell.request, source_of(cell.request)
    asked = {name: value for name, value in asdict(request).items() if name != "max_connections"}
    shape = {
        "mint-bench": __version__,
        "conversations": f"{source.name}@{source.revision}.{source.ids_sha}",
        "task": sha256_text(load_task(request.task).model_dump_json())[:SHORT],
        "what is asked": sha256_text(repr(sorted(asked.items())))[:SHORT],
    }
    tagger, judge = tagger_named(request.tagger), judge_named(request.judge)
    if tagger and tagger.role is None:
        shape["tagger"] = str(tagger.ref().sha)[:SHORT]
    if judge and judge.role is None:
        shape["judge"] = "+".join(str(ref.prompt_sha)[:SHORT] for ref in judge.refs())
    if request.model == "embedded":
        shape["model"] = REVISION
    elif request.model.startswith(TRIVIAL):
        shape["model"] = sha256_file(resource("tasks", "trivial.yaml"))[:SHORT]
    elif request.model == HUMAN:
        shape["model"] = HUMAN
    return shape

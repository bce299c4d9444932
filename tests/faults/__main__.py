"""Plants every fault and writes what became of it as a page: `make faults`.

With `--kept FOLDER` what is known is kept there, fault by fault, and not planted again.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from mint_bench.files import read_json, write_json, write_text
from mint_bench.records.pages import render_page
from tests.faults import experiments as plant
from tests.faults.experiments import Tally, World
from tests.faults.there import WAYS, Models

KILLS = 20
Told = Callable[[Tally], None]


def faults(world: World, kills: int, told: Told) -> dict[str, Callable[[], Tally]]:
    """Each kind of fault, in the order of the page; `told` of the kills as they go on."""
    ways = {
        f"judge-{way.replace(' ', '-')}": partial(plant.judge_fails, world, way) for way in WAYS
    }
    return {
        "kill": partial(plant.killed, world, kills - 1, told),
        "kill-embedded": partial(plant.embedded_killed, world),  # one of as many
        "disk": partial(plant.disk_full, world),
        **ways,
        "clock": partial(plant.clock_back, world),
        "two": partial(plant.two_at_once, world),
    }


def page(template: Path, written: Path, tallies: list[Tally]) -> None:
    """Write the figures."""
    told = render_page(
        template,
        tallies=tallies,
        kept=sum(t.kept for t in tallies),
        again=sum(t.again for t in tallies),
        disk=next((t.disk for t in tallies if t.disk), "not tried"),
        retries=plant.RETRIES,
    )
    write_text(written, told)


def main() -> None:
    """Plant what is not known yet, and write the page of all that is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("template", type=Path)
    parser.add_argument("page", type=Path)
    parser.add_argument("--kept", type=Path, help="folder of figures, to go on from")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--only", nargs="*", help="some of the faults; default: all")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Models().running() as models:
        kept = given.kept or Path(folder) / "kept"
        world = World(models, Path(folder))
        known = faults(world, given.kills, partial(_keep, kept / "kill-so-far.json"))
        for name in known if given.only is None else given.only:
            if not (kept / f"{name}.json").exists():
                _keep(kept / f"{name}.json", known[name]())
        there = [path for name in known if (path := kept / f"{name}.json").exists()]
        page(given.template, given.page, [Tally(**read_json(path)) for path in there])


def _keep(path: Path, tally: Tally) -> None:
    write_json(path, json.loads(json.dumps(asdict(tally) | {"ends": []})))
    for number, run in enumerate(tally.ends):
        said = f"exit code {run.code}\n\n{run.err}\n\n{run.out}"
        write_text(path.parent / "said" / f"{path.stem}-{number}.txt", said)


if __name__ == "__main__":
    main()

"""How fast the site builds, and how much of it a reader must load first.

On systems made up at random, with conversations of made-up words; a reader's browser is Chromium
on a processor slowed down to a quarter.
"""

import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mint_bench.records.schema import Record

SYSTEMS, CONVERSATIONS, TURNS = 500, 50, 6
HOME_SYSTEMS = 100
CHROMIUM = "/usr/bin/chromium"
SLOWED = 4
WORDS = "It sounds as if the week has been long. {} What would make tomorrow a little lighter?"


def build_seconds() -> float:
    """Seconds to build 500 systems of 50 conversations with their words."""
    from mint_bench.leaderboard.build import build

    records, teller = made_up(SYSTEMS), _Words()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        build(records, Path(folder) / "site", teller)
        return time.perf_counter() - start


def home_kilobytes() -> float:
    """Size of the first page with 100 systems, uncompressed."""
    return _home().stat().st_size / 1000


def first_paint_seconds() -> float:
    """Seconds until the first page with 100 systems paints, on a slowed processor."""
    return _seen()["paint"] / 1000


def layout_shift() -> float:
    """How much of the first page moves after it was painted: the sum of shifts; 0 is none."""
    return _seen()["shift"]


@cache
def _seen() -> dict[str, float]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        page.goto(_home().as_uri())
        page.wait_for_timeout(1000)
        found: dict[str, float] = page.evaluate("""() => new Promise((done) => {
            let shift = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) shift += entry.value;
            }).observe({ type: "layout-shift", buffered: true });
            const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
            setTimeout(() => done({ paint, shift }), 200);
        })""")
        browser.close()
    return found


@cache
def _home() -> Path:
    from mint_bench.leaderboard.build import build

    return build(made_up(HOME_SYSTEMS), Path(tempfile.mkdtemp()) / "site")


def made_up(count: int) -> list[Any]:
    """Records of random figures on one board, each system a little better than the next."""
    import numpy as np

    from mint_bench.records.schema import (
        Board,
        JudgeRef,
        Provenance,
        Record,
        Settings,
        SourceRef,
        TaggerRef,
    )
    from mint_bench.scoring import ScoredConversation, ScoredTurn

    rng = np.random.default_rng(1)
    board = Board(
        source=SourceRef(name="lend_an_ear", revision="a" * 40, ids_sha="b" * 12),
        history="gold",
        judge_view="gold",
        tagger=TaggerRef(name="made-up"),
        judges=[JudgeRef(name="made-up")],
    )

    def turn(t: int, level: float) -> ScoredTurn:
        likely = np.linspace(0.1, 0.6, 10)
        return ScoredTurn(
            t=t,
            tactics=(rng.random(10) < likely).astype(int).tolist(),
            human_tactics=(rng.random(10) < 0.2).astype(int).tolist(),
            ratings=np.clip(np.round(rng.normal(level, 1, 6)), 1, 5).tolist(),
            words=int(rng.integers(20, 200)),
        )

    return [
        Record(
            system=f"system-{s}",
            title="Human supporters" if s == 0 else f"made-up-{s}-{1 + s % 70}B",
            kind="human" if s == 0 else "model",
            board=board,
            settings=Settings(model=f"made-up/{s}-{1 + s % 70}B", open_weights=bool(s % 2)),
            provenance=Provenance(version="0"),
            conversations=[
                ScoredConversation(
                    id=f"c{c:02}",
                    turns=[turn(t, 2 + 2 * s / count) for t in range(1, TURNS + 1)],
                )
                for c in range(CONVERSATIONS)
            ],
        )
        for s in range(count)
    ]


class _Words:
    """Tells each conversation in words of its own."""

    def knows(self, _record: object) -> bool:
        return True

    def tell(self, record: "Record") -> dict[tuple[str, int], Any]:
        from mint_bench.records.told import Told, ToldTurn

        tags = (("validation",), ("paraphrasing", "empowerment"), ("questioning",))
        return {
            (c.id, 1): Told(
                c.id,
                tuple(
                    ToldTurn(
                        f"Seeker's words at turn {turn.t}.",
                        WORDS.format(f"You told me of turn {turn.t} in {c.id}."),
                        f"A human's words at turn {turn.t}.",
                        tags,
                    )
                    for turn in c.turns
                ),
            )
            for c in record.conversations
        }

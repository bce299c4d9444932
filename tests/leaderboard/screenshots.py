"""The pictures in `docs/images`: the published records, and one conversation of `starter`.

`make screenshots` runs it. No word of a real conversation is shown: only `starter`, which was
written for this project, is read.
"""

import tempfile
from pathlib import Path

from mint_bench.judging import load_judge
from mint_bench.leaderboard.build import build
from mint_bench.records.held import record_of_transcripts
from mint_bench.records.store import read_all
from mint_bench.records.told import Told, ToldTurn
from mint_bench.resources import resource
from mint_bench.scoring import split_reply
from mint_bench.sources import load
from mint_bench.tactics import load_tagger

CHROMIUM = "/usr/bin/chromium"
IMAGES = Path(__file__).parents[2] / "docs" / "images"
SYSTEM = "systems/baseline1_vanilla_Qwen3-4B/*/index.html"
SHOTS = (  # name, page, place on it, look, width, height
    ("page", "index.html", "", "light", 1280, 1900),
    ("page-dark", "index.html", "", "dark", 1280, 1500),
    ("page-phone", "index.html", "", "light", 390, 1000),
    ("system", SYSTEM, "", "light", 1280, 1500),
    ("tactics", SYSTEM, "#tactics", "light", 1280, 1200),
    ("compare", "boards/6418a4d0/compare.html", "", "light", 1280, 1200),
    ("talk", "systems/starter/*/talk-5.html", "", "light", 1280, 1200),
)


class Starter:
    """Tells the conversations of `starter` as they were written, tagged by a small tagger."""

    def __init__(self, tagger):
        self._tagger = tagger

    def knows(self, record):
        return record.board.source.name == "starter"

    def tell(self, record):
        return {(c.id, 1): self._told(c) for c in load("starter").conversations}

    def _told(self, conversation):
        at = conversation.scored_turns
        splits = [split_reply(conversation.turns[p].text, "en") for p in at]
        turns = tuple(
            ToldTurn(
                conversation.turns[p - 1].text, split.text, None, tuple(map(tuple, tagging.names()))
            )
            for p, split, tagging in zip(at, splits, self._tagger.tag(splits), strict=True)
        )
        return Told(conversation.id, turns)


def starter_record(tagger):
    """The supporters of `starter`, by the embedded judge."""
    record = record_of_transcripts(load("starter"), tagger, load_judge("embedded"), "starter")
    return record.model_copy(update={"title": "starter", "kind": "trivial"})


def main():
    """Build the site and photograph it."""
    from playwright.sync_api import sync_playwright

    tagger = load_tagger("embedded-fast")
    records = [*read_all(resource("results")), starter_record(tagger)]
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        site = Path(folder) / "site"
        build(records, site, Starter(tagger))
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, pattern, place, look, width, height in SHOTS:
            page = browser.new_page(color_scheme=look, viewport={"width": width, "height": height})
            page.goto(next(site.glob(pattern)).as_uri() + place)
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()

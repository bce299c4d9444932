"""Draws the pictures of the metrics' page from what its own examples compute.

`python docs/hooks/pictures.py` (`make pictures`) writes `docs/images/metrics/`. A test draws them
anew and compares.
"""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # started as a file, it looks for its neighbours

import worked
from drawing import WIDTH, Picture

from mint_bench.judging.judge import DIMENSIONS, HIGHER_IS_BETTER
from mint_bench.tactics.taxonomy import load_taxonomy

FOLDER = Path(__file__).parents[1] / "images" / "metrics"
Named = dict[str, Any]
SHORT = {tactic.name: tactic.title.lower() for tactic in load_taxonomy().tactics}


def empathy(of: Named) -> Picture:
    picture, left, step = Picture("Six ratings and their mean"), 250, 78

    def at(rating: float) -> float:
        return left + (rating - 1) * step

    for point in range(1, 6):
        picture.text(at(point), 16, str(point), "quiet", "middle")
        picture.line([(at(point), 24), (at(point), 200)])
    for row, (name, rating, higher) in enumerate(
        zip(DIMENSIONS, of["ratings"], HIGHER_IS_BETTER, strict=True)
    ):
        y = 38 + 24 * row
        picture.text(left - 22, y + 4, name.replace("_", " "), "quiet", "end")
        if not higher:
            picture.line([(at(rating), y), (at(6 - rating), y)], "thin")
            picture.dot(at(rating), y, "ring")
        picture.dot(at(rating if higher else 6 - rating), y)
    mean = of["aggregate"](of["ratings"])
    picture.text(left - 22, 196, "aggregated empathy", "strong", "end")
    picture.bar(at(mean) - 1.5, 180, 3, 22, "accent")
    picture.text(at(mean) + 8, 196, f"{mean:.2f}", "strong")
    picture.text(left, 226, "ring: as rated, where less is better; dot: as counted", "quiet")
    return picture


def turns(of: Named) -> Picture:
    picture, left, step = Picture("Five replies and their tactics"), 190, 95
    used = [name for name in of["TACTICS"] if any(name in reply for reply in of["replies"])]
    for t in range(5):
        picture.text(left + step * t, 16, f"reply {t + 1}", "quiet", "middle")
    for row, name in enumerate(used):
        y = 38 + 26 * row
        picture.text(left - 40, y + 4, SHORT[name], "quiet", "end")
        picture.line([(left, y), (left + 4 * step, y)])
        for t, reply in enumerate(of["replies"]):
            if t and name in reply and name in of["replies"][t - 1]:
                picture.line([(left + step * (t - 1), y), (left + step * t, y)], "line")
        for t, reply in enumerate(of["replies"]):
            if name in reply:
                picture.dot(left + step * t, y, "accent", 6)
    return picture


def repetition(of: Named) -> Picture:
    picture, left, room = Picture("Repetition on a line"), 30, WIDTH - 60
    seen, chance, most = (float(of[name]) for name in ("seen", "chance", "most"))

    def at(value: float) -> float:
        return left + room * value / most

    picture.bar(at(0), 44, at(chance) - at(0), 10, "pale")
    picture.bar(at(chance), 44, at(seen) - at(chance), 10, "accent")
    picture.bar(at(seen), 44, at(most) - at(seen), 10, "bar")
    for value, told, anchor in (
        (chance, f"by chance {chance:g}", "middle"), (seen, f"came back {seen:g}", "middle"),
        (most, f"could have {most:g}", "end"),
    ):  # fmt: skip
        picture.line([(at(value), 36), (at(value), 62)], "thin")
        picture.text(at(value), 28, told, "quiet", anchor)
    told = f"ρ = ({seen:g} − {chance:g}) / ({most:g} − {chance:g}) = {of['repetition']:.2f}"
    picture.text(at(chance), 84, told, "strong")
    return picture


def density(of: Named) -> Picture:
    picture, counts = Picture("Tactics in each reply"), of["by_reply"].tolist()
    rows = [(f"reply {t}", n, str(n)) for t, n in enumerate(counts, 1)]
    mean = sum(counts) / len(counts)
    picture.bars([*rows, ("density", mean, f"{mean:g}")], 10)
    return picture


def stickiness(of: Named) -> Picture:
    picture = Picture("Stickiness by tactic")
    rows = [(SHORT[t], h / n, f"{h} of {n}") for t, (h, n) in of["sticky"].items()]
    picture.bars([*rows, ("macro", of["macro"], f"{of['macro']:.2f}"),
                  ("micro", of["micro"], f"{of['micro']:.2f}")], 1)  # fmt: skip
    return picture


def persistence(of: Named) -> Picture:
    picture, left, room = Picture("Stickiness beside frequency"), 190, WIDTH - 300
    for row, (name, (hits, had)) in enumerate(of["sticky"].items()):
        y, sticky, often = 20 + 26 * row, hits / had, of["frequency"][name]
        picture.text(left - 22, y + 4, SHORT[name], "quiet", "end")
        picture.line([(left, y), (left + room, y)])
        picture.line([(left + room * often, y), (left + room * sticky, y)], "line")
        picture.dot(left + room * often, y, "ring")
        picture.dot(left + room * sticky, y)
        picture.text(left + room + 18, y + 4, f"× {had}", "quiet")
    y = 20 + 26 * len(of["sticky"])
    picture.text(left, y + 8, "dot: stickiness; ring: frequency; × weight", "quiet")
    picture.text(left, y + 30, f"persistence {of['persistence']:.3f}".replace("-", "−"), "strong")
    return picture


def null(of: Named) -> Picture:
    picture, sticky, shuffled = Picture("Over the shuffle null"), of["macro"], of["null"]
    picture.bars(
        [("as it was", sticky, f"{sticky:.2f}"), ("if shuffled", shuffled, f"{shuffled:.2f}"),
         ("over the null", sticky - shuffled, f"{sticky - shuffled:.2f}")], 1,
    )  # fmt: skip
    return picture


def course(of: Named) -> Picture:
    picture = Picture("By distance and by turn")
    picture.text(158, 20, "repetition", "strong", "end")
    rows = [(f"{lag} apart", value, f"{value:.2f}") for lag, value in enumerate(of["lags"], 1)]
    y = picture.bars(rows, 1, 30)
    picture.text(158, y + 26, "share of new tactics", "strong", "end")
    picture.bars([(f"reply {t}", v, f"{v:.2f}") for t, v in enumerate(of["new"], 1)], 1, y + 36)
    return picture


def novelty(of: Named) -> Picture:
    picture = Picture("The mix of tactics in two turns")
    y = 8.0
    for title, counts in (("previous turn", of["previous"]), ("this reply", of["now"])):
        picture.text(158, y + 13, title, "strong", "end")
        named = zip(of["TACTICS"], counts, strict=True)
        rows = [(SHORT[name], n, f"{n} sentence{'s' * (n != 1)}") for name, n in named if n]
        y = picture.bars(rows, 4, y + 24) + 8
    picture.text(170, y + 12, f"novelty {of['novelty'](of['now'], of['previous']):.2f}", "strong")
    return picture


def entropy(of: Named) -> Picture:
    picture, left, room = Picture("A one-sided and a mixed reply"), 150, WIDTH - 280
    for row, title in enumerate(("one_sided", "mixed")):
        counts, x, y = [n for n in of[title] if n], float(left), 8 + 34 * row
        picture.text(left - 12, y + 15, title.replace("_", "-"), "quiet", "end")
        for index, n in enumerate(counts):
            width = room * n / sum(counts)
            picture.bar(x, y, width - 2, 20, ("accent", "bar", "pale")[index % 3])
            x += width
        value = of["entropy"](of[title])
        picture.text(x + 10, y + 15, f"entropy {value:.2f}")
    return picture


def words_in_common(of: Named) -> Picture:
    picture = Picture("Words that two turns share")
    before, now = of["said_before"].split(), of["said_now"].split()
    common = _in_common(before, now)
    for y, title, said in ((24, "before", before), (62, "now", now)):
        picture.text(80, y, title, "quiet", "end")
        for place, word in enumerate(said):
            x = 150 + 88 * place
            picture.text(x, y, word, "", "middle")
            if word in common:
                picture.bar(x - 32, y + 7, 64, 3, "accent")
    value = of["bigram_overlap"](of["said_now"], of["said_before"])
    picture.text(100, 100, f"bigram {value:.2f}   rougeL "
                 f"{of['rouge_l'](of['said_now'], of['said_before']):.2f}", "strong")  # fmt: skip
    return picture


def _in_common(before: list[str], now: list[str]) -> set[str]:
    return {word for word in now if word in before}


def variety(of: Named) -> Picture:
    picture, y = Picture("Compression and variety"), 8.0
    titles = {"same": "the same six times", "other": "six different"}
    for name in ("gzip", "mattr"):
        picture.text(158, y + 13, name, "strong", "end")
        rows = [(told, of[key][name], f"{of[key][name]:.2f}") for key, told in titles.items()]
        y = picture.bars(rows, 1, y + 24) + 8
    return picture


def length(of: Named) -> Picture:
    picture = Picture("What a reply is made of")
    visible = of["visible_text"](of["reply"])
    hidden = len(of["words"](of["reply"].replace(visible, "")))
    shown = len(of["words"](visible))
    picture.bars([("reasoning", hidden, f"{hidden} words, which nobody reads"),
                  ("visible reply", shown, f"{shown} words: the figure")], 12)  # fmt: skip
    return picture


def unscored(of: Named) -> Picture:
    picture = Picture("Twenty turns, one unscored")
    for place, turn in enumerate(of["turns"]):
        picture.bar(30 + 29 * place, 12, 22, 22, "pale" if turn.unscored else "accent")
    missing = sum(bool(turn.unscored) for turn in of["turns"])
    picture.text(30, 58, f"{missing} of {len(of['turns'])}: "
                 f"{100 * missing / len(of['turns']):.1f} % unscored", "strong")  # fmt: skip
    return picture


def emotion(of: Named) -> Picture:
    picture, left, step = Picture("Courses of a persona's emotion"), 90, 62

    def at(t: int, felt: float) -> tuple[float, float]:
        return left + step * t, 190 - 1.7 * felt

    for felt, told in ((100, "100 success"), (40, "40 start"), (10, "10 failure")):
        picture.line([at(0, felt), at(7, felt)])
        picture.text(left - 10, at(0, felt)[1] + 4, told.split()[0], "quiet", "end")
        picture.text(at(7, felt)[0] + 8, at(7, felt)[1] + 4, told.split()[1], "quiet")
    for emotions in of["courses"]:
        points = [at(t, felt) for t, felt in enumerate(emotions)]
        picture.line(points, "line")
        picture.dot(*points[-1])
    picture.text(left, 214, "before the first reply, then after each", "quiet")
    return picture


def beside(of: Named) -> Picture:
    picture = Picture("Figures beside the ranking")
    picture.text(158, 20, "readability", "strong", "end")
    y = picture.bars([("plain", max(of["plain"], 0), f"{of['plain']:.2f}".replace("-", "−")),
                      ("learned", of["learned"], f"{of['learned']:.1f}")],
                     max(of["learned"], 1) * 1.1, 28)  # fmt: skip
    picture.text(158, y + 22, "polarity", "strong", "end")
    middle, room = 340.0, 170
    for row, (told, value) in enumerate((("glad", of["glad"]), ("hurt", of["awful"]))):
        top = y + 30 + 24 * row
        picture.text(158, top + 13, told, "quiet", "end")
        picture.bar(min(middle, middle + room * value), top + 2, room * abs(value), 14)
        x = middle + room * value + math.copysign(8, value)
        picture.text(x, top + 13, f"{value:.2f}".replace("-", "−"), "",
                     "start" if value > 0 else "end")  # fmt: skip
    picture.line([(middle, y + 30), (middle, y + 76)], "thin")
    return picture


def interval(of: Named) -> Picture:
    picture, left, room = Picture("Conversations, mean and interval"), 40, WIDTH - 80

    def at(value: float) -> float:
        return left + room * (value - 2.5) / 2

    for point in (2.5, 3, 3.5, 4, 4.5):
        picture.line([(at(point), 26), (at(point), 126)])
        picture.text(at(point), 18, f"{point:g}", "quiet", "middle")
    piled: dict[int, int] = {}
    for value in sorted(y / m for y, m in zip(of["y"], of["m"], strict=True)):
        place = round(at(value) / 9)
        piled[place] = piled.get(place, 0) + 1
        picture.dot(at(value), 96 - 11 * piled[place], "bar", 4.5)
    found = of["interval"]
    picture.line([(at(found.low), 108), (at(found.high), 108)], "line")
    picture.dot(at(found.value), 108, "accent", 5)
    told = f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
    picture.text(at(found.high) + 12, 113, told, "strong")
    return picture


PICTURES: dict[str, Callable[[Named], Picture]] = {
    draw.__name__: draw
    for draw in (
        empathy, turns, repetition, density, stickiness, persistence, null, course, novelty,
        entropy, words_in_common, variety, length, unscored, emotion, beside, interval,
    )
}  # fmt: skip


def draw_all() -> dict[str, str]:
    """Every picture as text, by name."""
    named = worked.run()
    return {name: draw(named).svg() for name, draw in PICTURES.items()}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in draw_all().items():
        (FOLDER / f"{name}.svg").write_text(text, encoding="utf-8")

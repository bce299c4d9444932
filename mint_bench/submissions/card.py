"""A record's card: its figures with intervals, drawn in text, and how it came about, as Markdown.

The same card stands in a pull request, in its answer and in a model's card; the latter also has
the figures as metadata (`model-index`), where model hubs look for them.
"""

from mint_bench.errors import MintError
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import Figure, figures
from mint_bench.records.schema import Record
from mint_bench.records.signature import signature
from mint_bench.records.tables import PRIMARY, Row, cell_parts, size
from mint_bench.records.wording import headline, source_card, title, unranked
from mint_bench.submissions.markdown import code, inert

CARD = (PRIMARY, "repetition_vs_self", "repetition_vs_human", "density", "words", "unscored")
HUB = (PRIMARY, *DIMENSIONS, "repetition_vs_self", "repetition_vs_human", "density", "words")
WIDTH = 24
SCALES = {PRIMARY: (1.0, 5.0), "repetition_vs_self": (0.0, 1.0), "repetition_vs_human": (0.0, 1.0)}


def card(record: Record) -> str:
    """The card as Markdown, headed by the system's title."""
    found = figures(record.conversations, names=CARD)
    count = size(Row(record, found))
    lines = [
        f"### {inert(record.title)}",
        "",
        inert(headline(record.board)),
        "",
        "| figure | value | 95 % interval | on its scale |",
        "| --- | ---: | :---: | --- |",
        *(_line(name, figure) for name, figure in found.items() if figure.value is not None),
        "",
        f"{count} conversations, epochs: {record.settings.epochs}; bootstrap intervals over them.",
    ]
    if why := unranked(record.board, Row(record, found)):
        lines += ["", f"Not ranked: {inert(why, 600)}."]
    lines += ["", *_how(record), "", code(signature(record))]
    return "\n".join(lines) + "\n"


def _line(name: str, figure: Figure) -> str:
    value, interval = cell_parts(figure, percent=name == "unscored")
    scale = SCALES.get(name)
    drawn = f"{scale[0]:g} `{_bar(figure, *scale)}` {scale[1]:g}" if scale else ""
    return f"| {title(name)} | {value} | {interval} | {drawn} |"


def _bar(figure: Figure, least: float, most: float) -> str:
    """The interval as a line and the value as a dot, on a scale of `WIDTH` characters."""

    def place(value: float) -> int:
        share = min(max((value - least) / (most - least), 0.0), 1.0)
        return round(share * (WIDTH - 1))

    drawn = ["·"] * WIDTH
    if figure.low is not None and figure.high is not None:
        low, high = place(figure.low), place(figure.high)
        drawn[low : high + 1] = ["━"] * (high - low + 1)
    if figure.value is not None:
        drawn[place(figure.value)] = "●"
    return "".join(drawn)


def _how(record: Record) -> list[str]:
    settings, made = record.settings, record.provenance
    weights = {True: "open weights", False: "closed weights", None: "weights not told"}
    model = [inert(settings.model), weights[settings.open_weights]]
    model += [f"revision {inert(settings.revision)}"] if settings.revision else []
    model += [f"through {inert(settings.provider)}"] if settings.provider else []
    lines = [f"- Model: {', '.join(model)}"]
    if settings.sampling:
        given = ", ".join(f"{name} {value}" for name, value in settings.sampling.items())
        lines.append(f"- Sampling: {inert(given)}")
    run = [f"mint-bench {inert(made.version)}"]
    run += [made.finished.date().isoformat()] if made.finished else []
    run += [f"on {inert(made.hardware)}"] if made.hardware else []
    run += [f"{made.cost_usd:.2f} USD"] if made.cost_usd is not None else []
    lines.append(f"- Run: {', '.join(run)}")
    lines += [f"- Command: {code(made.command)}"] if made.command else []
    return lines + [f"- Note: {inert(note)}" for note in made.notes[:5]]


def model_card(record: Record, url: str = "") -> str:
    """What to put into a model's card: YAML metadata with the results, then the card.

    Args:
        record: Of a model.
        url: Where the results can be looked up; empty leaves it out.

    Raises:
        MintError: If the record is not of a model.
    """
    import yaml

    if record.kind not in {"model", "published"}:
        raise MintError(f"{record.system}: is {record.kind}; a model card is of a model")
    found = figures(record.conversations, names=HUB)
    board, source = record.board, source_card(record.board)
    name, _, split = board.source.name.partition(":")
    own = board.history == "own"
    result = {
        "task": {
            "type": "text-generation",
            "name": f"Emotional support over a whole conversation ({board.history} history)",
        },
        "dataset": {
            "type": name,
            "name": source.title if source else board.source.name,
            **({"split": split} if split and source else {}),
            "revision": board.source.revision,
            "args": {
                "task": f"mint_bench/{'multi_turn' if own else 'gold_history'}",
                "signature": signature(record),
            },
        },
        "metrics": [
            _metric(name, figure) for name, figure in found.items() if figure.value is not None
        ],
        **({"source": {"name": "mint-bench", "url": url}} if url else {}),
    }
    plain = {"model-index": [{"name": record.title, "results": [result]}]}
    front = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=96)
    return f"---\n{front}---\n\n{card(record)}"


def _metric(name: str, figure: Figure) -> dict[str, object]:
    ends = {"low": figure.low, "high": figure.high}
    known = {end: round(value, 4) for end, value in ends.items() if value is not None}
    return {
        "type": name,
        "value": round(figure.value or 0.0, 4),
        "name": COLUMNS[name].title,
        "args": {**known, "conversations": figure.n},
    }

"""What a training leaves for people: a model card, its curve as SVG, and a record.

Figures only; what was said stays in the run's folder.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from mint_bench import __version__
from mint_bench.engines.fingerprint import revision_of
from mint_bench.files import write_json, write_text
from mint_bench.grpo import processes
from mint_bench.grpo.checkpoints import flat
from mint_bench.grpo.divergence import divergence
from mint_bench.grpo.drawing import curves
from mint_bench.grpo.idle import settings_that_count
from mint_bench.grpo.models import base_name, pinned_name
from mint_bench.grpo.provenance import ran_with, trained_on
from mint_bench.grpo.recipe import Recipe
from mint_bench.grpo.recipe_files import load_recipe, recipe_names
from mint_bench.grpo.watch import FIGURES, WATCH, Look, looks_of
from mint_bench.records.held import public_name
from mint_bench.records.schema import (
    Board,
    Provenance,
    Record,
    SeekerRef,
    Settings,
    SourceRef,
    TaggerRef,
    slug,
)
from mint_bench.records.store import record_path, write
from mint_bench.resources import ids_sha, resource, sha256_text
from mint_bench.sources import Source
from mint_bench.templates import render_file

if TYPE_CHECKING:
    from mint_bench.grpo.assembly import Parts

COURSE = "course.json"
"""The trainer's log in a run's folder, looks among it."""


def report(
    parts: "Parts",
    history: Sequence[dict[str, Any]],
    final: Look,
    source: Source,
    warnings: Sequence[str],
) -> tuple[Path, Path]:
    """Write card, curve, course and record into the run's folder, on the first process.

    Returns:
        Paths of the card and of the record.
    """
    card, records = parts.folder / "model" / "README.md", parts.folder / "record"
    record = record_of(parts, history, final, source)
    if not processes.is_first():
        return card, record_path(record, records)
    write_text(card.with_name("curve.svg"), curves({parts.recipe.name: history}))
    write_json(parts.folder / COURSE, list(history))
    write_text(card, card_text(parts, history, final, warnings))
    return card, write(record, records)


def card_text(
    parts: "Parts", history: Sequence[dict[str, Any]], final: Look, warnings: Sequence[str]
) -> str:
    """The model card."""
    import yaml

    recipe = parts.recipe
    looks = looks_of(history)
    first = looks[0] if looks else {}
    rows = [
        {
            "name": name,
            "before": _shown(first.get(f"{WATCH}{name}")),
            "after": _shown(final.numbers[name]),
        }
        for name in (*FIGURES, "labels", "openings")
    ]
    return (
        render_file(
            resource("recipes", "cards", "model.md"),
            base=base_name(recipe.model),
            title=recipe.title,
            description=recipe.description.strip(),
            name=recipe.name,
            version=__version__,
            steps=_steps(history),
            stopped=_steps(history) < parts.batches.steps,
            diverged=divergence(history, recipe.watch.patience),
            prompts=len(parts.data.cases),
            source=public_name(recipe.data.source),
            conversations=len({case.conversation.id for case in parts.data.cases}),
            watched=len(parts.looker.watch.conversations),
            watch_source=public_name(recipe.watch.source),
            judge=recipe.watch.judge,
            tagger=recipe.watch.tagger,
            rows=rows,
            warnings=list(warnings),
            recipe=yaml.safe_dump(_public(recipe), sort_keys=False, allow_unicode=True).strip(),
        )
        + "\n"
    )


def _steps(history: Sequence[dict[str, Any]]) -> int:
    """Steps that were made: fewer than asked for where a divergence ended the training."""
    return max((int(entry["step"]) for entry in history), default=0)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _public(recipe: Recipe) -> dict[str, Any]:
    """The recipe without paths of this machine."""
    told = settings_that_count(recipe)
    for name in ("launch", "title", "description"):
        del told[name]
    told["model"]["name"] = base_name(recipe.model)
    if told["model"]["adapter"]:
        told["model"]["adapter"] = Path(told["model"]["adapter"]).name
    for part in ("data", "watch"):
        told[part]["source"] = public_name(told[part]["source"])
    quality = (told["reward"] or {}).get("quality", {})
    if quality.get("model"):
        path = Path(quality["model"])
        quality["model"] = path.name if path.exists() else quality["model"]
        quality.pop("url", None)
    return told


def command_of(recipe: Recipe) -> str:
    """The command that trains so again: a shipped recipe with what was set, or one's own file."""
    if recipe.name not in recipe_names():
        return f"mint-bench train {recipe.name}.yaml"
    shipped = flat(_public(load_recipe(recipe.name)))
    changed = [
        f"{key}={value if isinstance(value, str) else json.dumps(value)}"
        for key, value in flat(_public(recipe)).items()
        if key not in shipped or shipped[key] != value
    ]
    return " ".join([f"mint-bench train {recipe.name}", *(f"--set {quote(c)}" for c in changed)])


def record_of(
    parts: "Parts", history: Sequence[dict[str, Any]], final: Look, source: Source
) -> Record:
    """The final look as a record: the board of `mint-bench run`, with this model as the system."""
    recipe, watch = parts.recipe, parts.looker.watch
    name = slug(f"{base_name(recipe.model).rpartition('/')[2]}-{recipe.name}-{parts.folder.name}")
    prompt = parts.looker.watch.prompt
    return Record(
        system=name,
        title=f"{base_name(recipe.model).rpartition('/')[2]}, {recipe.title}",
        kind="model",
        board=Board(
            source=SourceRef(
                name=public_name(source.name),
                revision=source.revision,
                ids_sha=ids_sha({one.id for one in final.scored}),
            ),
            history="own",
            seeker=SeekerRef(name="scripted"),
            max_turns=recipe.watch.max_turns,
            judge_view="own",
            tagger=TaggerRef(name=watch.tagger.name, sha=watch.tagger.sha),
            judges=watch.judge.refs(),
        ),
        settings=Settings(
            model=name,
            provider="mint-bench train",
            system_prompt_sha=sha256_text(prompt),
            sampling={
                "temperature": recipe.watch.temperature,
                "max_tokens": recipe.watch.most_new_tokens,
                "seed": recipe.training.seed,
            },
        ),
        provenance=_provenance(parts, _steps(history)),
        conversations=final.scored,
    )


def _provenance(parts: "Parts", steps: int) -> Provenance:
    notes = [f"trained from {pinned_name(parts.recipe.model)}, {steps} steps"]
    if processes.is_first():  # which writes the weights, and the record
        notes.append(f"its weights are {revision_of(str((parts.folder / 'model').absolute()))}")
    return Provenance(
        version=__version__,
        command=command_of(parts.recipe),
        versions=dict(*ran_with(parts.folder)[-1:]),
        hardware=trained_on(),
        notes=notes,
    )

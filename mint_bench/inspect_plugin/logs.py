"""A record from a log of Inspect: the figures that the scorer left there, and how they came about.

Reads what is in the log and runs nothing. No text of a conversation goes into the record.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from inspect_ai.log import EvalLog, EvalSample, read_eval_log
from inspect_ai.model import GenerateConfig

from mint_bench.errors import MintError, on_one_line
from mint_bench.files import fits_the_model, validate_model
from mint_bench.inspect_plugin.archive import check_archive
from mint_bench.inspect_plugin.board import (
    BOARD,
    COMMAND,
    HARDWARE,
    JUDGE_REFS,
    MODEL_REVISION,
    OPEN_WEIGHTS,
    PRICES,
    REGRADED,
    SAMPLING,
    SEEKER_REF,
    TAGGER_REF,
    RunBoard,
)
from mint_bench.inspect_plugin.failures import spoken_in, told_failure, told_words
from mint_bench.inspect_plugin.held import SampleData
from mint_bench.inspect_plugin.metrics import FIGURES
from mint_bench.inspect_plugin.per_turn import how_measured, with_also
from mint_bench.inspect_plugin.price import KeptPrices, Price
from mint_bench.inspect_plugin.providers import PROVIDER
from mint_bench.inspect_plugin.spread import PROVIDER as SPREAD
from mint_bench.inspect_plugin.usage import cost_of, tokens_used
from mint_bench.records.schema import (
    TRUNCATE,
    Board,
    JudgeRef,
    Kind,
    Provenance,
    Record,
    Scalar,
    SeekerRef,
    Settings,
    SourceRef,
    TaggerRef,
    slug,
)
from mint_bench.replay.course import SeekerFigures
from mint_bench.replay.definition import SIMULATED
from mint_bench.resources import ids_sha, sha256_file
from mint_bench.scoring import ScoredConversation, ScoredTurn

SCORER = "conversation_figures"


def record_from_log(log: EvalLog | Path) -> Record:
    """The record of a finished run.

    Args:
        log: A log with its samples, or the path of one.

    Raises:
        MintError: If the file is damaged, of another task, unfinished, or holds nothing scored.
    """
    path = log if isinstance(log, Path) else Path(log.location) if log.location else None
    log = read_log(log) if isinstance(log, Path) else log
    where = str(path or "log")
    try:
        with fits_the_model(where):
            return _record(log, path, where)
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError) as error:
        # Whoever wrote the log wrote the scores' metadata, too: anything may stand there.
        raise MintError(
            f"{where}: its scores are not in the form that mint-bench writes ({on_one_line(error)})"
        ) from None


def _record(log: EvalLog, path: Path | None, where: str) -> Record:
    run = _run_board(log, where)
    samples = _complete(log, where)
    scored = [sample for sample in samples if _scores(sample)]
    if not scored:
        reason = _notes(samples)[0].removeprefix("failed: ") if samples else "it is empty"
        raise MintError(f"{where}: no conversation in it is scored ({reason}); see `inspect view`")
    conversations = [
        _figures(sample, where) if _scores(sample) else _lost(sample) for sample in samples
    ]
    name = _model(log).partition("/")[2]
    kind = kind_of(log)
    return Record(
        system="human" if kind == "human" else slug(name.rstrip("/").rpartition("/")[2]) or "model",
        title="Human supporters" if kind == "human" else _title(name, kind),
        kind=kind,
        board=_board(run, conversations, scored, where),
        settings=_settings(log, run, kind),
        provenance=_provenance(log, run, path, samples, conversations),
        conversations=conversations,
    )


def read_log(path: Path) -> EvalLog:
    """A log with its samples.

    Raises:
        MintError: If there is none, or it cannot be read.
    """
    if not path.is_file():
        raise MintError(f"{path}: no such log")
    try:
        check_archive(path)
        return read_eval_log(str(path))
    except MintError:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged file fails in whatever reads it first
        raise MintError(f"{path}: not a readable log of Inspect ({on_one_line(error)})") from None


def _run_board(log: EvalLog, where: str) -> RunBoard:
    metadata = (log.eval.metadata or {}).get(BOARD)
    if metadata is None:
        raise MintError(f"{where}: a log of the task {log.eval.task}, not one of mint-bench")
    return validate_model(metadata, RunBoard, f"{where}: eval.metadata.{BOARD}")


def _complete(log: EvalLog, where: str) -> list[EvalSample]:
    """The log's samples in the source's order, every conversation tried in every epoch."""
    samples = log.samples or []
    order = {str(key): i for i, key in enumerate(log.eval.dataset.sample_ids or [])}
    expected = len(order) * (log.eval.config.epochs or 1)
    if log.status in {"started", "cancelled"} or len(samples) < expected:
        raise MintError(
            f"{where}: the run is not finished ({len(samples)} of {expected} conversations, status "
            f"{log.status}); run the same command again, or `inspect eval-retry`"
        )
    twice = [key for key, n in Counter((str(s.id), s.epoch) for s in samples).items() if n > 1]
    if twice:
        raise MintError(f"{where}: {twice[0][0]}, epoch {twice[0][1]}, stands there twice; forged?")
    return sorted(samples, key=lambda s: (order.get(str(s.id), len(order)), s.epoch))


def _scores(sample: EvalSample) -> bool:
    score = (sample.scores or {}).get(SCORER)
    return sample.error is None and bool(score and score.metadata and FIGURES in score.metadata)


def _metadata(sample: EvalSample) -> dict[str, object]:
    return dict((sample.scores or {})[SCORER].metadata or {})


def _figures(sample: EvalSample, where: str) -> ScoredConversation:
    where = f"{where}: {sample.id}, epoch {sample.epoch}"
    scored = validate_model(_metadata(sample)[FIGURES], ScoredConversation, where)
    whole = with_also(scored, sample.scores or {})
    return validate_model(whole.model_dump(), ScoredConversation, where)


def _board(
    run: RunBoard,
    conversations: Sequence[ScoredConversation],
    samples: Sequence[EvalSample],
    where: str,
) -> Board:
    first = _metadata(samples[0])
    tagger, judges, seeker = (first.get(key) for key in (TAGGER_REF, JUDGE_REFS, SEEKER_REF))
    for sample in samples:
        found = _metadata(sample)
        if (found.get(TAGGER_REF), found.get(JUDGE_REFS)) != (tagger, judges):
            raise MintError(
                f"{where}: {sample.id} was scored by another tagger or judge than "
                f"{samples[0].id}; score the whole log again"
            )
        if found.get(SEEKER_REF) != seeker:
            raise MintError(
                f"{where}: {sample.id} was held with another seeker than {samples[0].id}; "
                "run all of them with one"
            )
    return Board(
        source=SourceRef(
            name=run.source,
            revision=run.revision,
            ids_sha=ids_sha({conversation.id for conversation in conversations}),
        ),
        history=run.history,
        seeker=validate_model(seeker or {"name": run.seeker}, SeekerRef, where)
        if run.seeker
        else None,
        max_turns=run.max_turns,
        judge_view=run.history,
        tagger=validate_model(tagger, TaggerRef, where) if tagger else None,
        judges=[validate_model(judge, JudgeRef, where) for judge in _list(judges)],
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _model(log: EvalLog) -> str:
    """The model of a log; on how many servers it was is no part of its name."""
    return log.eval.model.removeprefix(f"{SPREAD}/")


def kind_of(log: EvalLog) -> Kind:
    """What gave the replies of a log: a model, a trivial system or people."""
    provider = _model(log).partition("/")[0]
    if log.eval.task.rpartition("/")[2] == "human":
        return "human"
    return "trivial" if provider == PROVIDER else "model"


def _settings(log: EvalLog, run: RunBoard, kind: Kind) -> Settings:
    epochs = log.eval.config.epochs or 1
    if kind == "human":
        return Settings(model="human", epochs=epochs)
    provider, _, name = _model(log).partition("/")
    said = log.eval.metadata or {}
    revision = said.get(MODEL_REVISION)
    return Settings(
        model=name,
        provider=provider,
        revision=str(revision) if revision else None,
        open_weights=True if said.get(OPEN_WEIGHTS) else None,
        system_prompt_sha=run.system_prompt_sha,
        sampling={} if kind == "trivial" else _sampling(log, run),
        epochs=epochs,
    )


def _sampling(log: EvalLog, run: RunBoard) -> dict[str, Scalar]:
    """The options that shape what is generated: the run's and the task's over the model's.

    What may be left out of a conversation that is too long is one.
    """
    config = (log.eval.model_generate_config or GenerateConfig()).merge(log.plan.config)
    found = {name: getattr(config, name, None) for name in SAMPLING}
    return {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in found.items()
        if value is not None
    } | ({TRUNCATE: run.truncate} if run.truncate else {})


def _provenance(
    log: EvalLog,
    run: RunBoard,
    path: Path | None,
    samples: Sequence[EvalSample],
    conversations: Sequence[ScoredConversation],
) -> Provenance:
    metadata = log.eval.metadata or {}
    return Provenance(
        version=run.version,
        command=metadata.get(COMMAND),
        versions={**log.eval.packages, "python": run.python},
        started=_time(log.stats.started_at),
        finished=_time(log.stats.completed_at),
        tokens=tokens_used(log.eval.model, samples, conversations),
        cost_usd=cost_of(samples, _prices(metadata, str(path or "log"))),
        hardware=metadata.get(HARDWARE),
        log_sha=sha256_file(path) if path and path.is_file() else None,
        also=_how(samples),
        notes=[*([str(metadata[REGRADED])] if REGRADED in metadata else []), *_notes(samples)],
    )


def _prices(metadata: Mapping[str, object], where: str) -> dict[str, Price] | None:
    """What the run kept of its models' prices."""
    if PRICES not in metadata:
        return None
    return validate_model(metadata[PRICES], KeptPrices, f"{where}: eval.metadata.{PRICES}").root


def _failure(sample: EvalSample) -> str:
    """Why a sample has no figures, in one line without a word of its conversation."""
    if sample.error:
        return told_failure(sample.error.message, spoken_in(sample))
    score = (sample.scores or {}).get(SCORER)
    return told_words((score.explanation if score else None) or "not scored", spoken_in(sample))


def _lost(sample: EvalSample) -> ScoredConversation:
    """A conversation that failed: each of its turns is there, unscored, with the reason."""
    data = SampleData.model_validate(sample.metadata)
    turns = len(data.conversation(str(sample.id)).scored_turns) or 1  # a persona's are not known
    reason = f"conversation failed: {_failure(sample)}"
    return ScoredConversation(
        id=str(sample.id),
        epoch=sample.epoch,
        turns=[ScoredTurn(t=t, unscored={"reply": reason}) for t in range(1, turns + 1)],
        seeker=SeekerFigures(lines=[]) if data.seeker in SIMULATED else None,
    )


def _how(samples: Sequence[EvalSample]) -> dict[str, str]:
    """What produced each figure beside the ranking."""
    return {
        name: how
        for sample in samples
        if _scores(sample)
        for name, how in how_measured(sample.scores or {}).items()
    }


def _notes(samples: Sequence[EvalSample]) -> list[str]:
    """A line a conversation that failed."""
    return [
        f"failed: {sample.id}, epoch {sample.epoch}: {_failure(sample)}"
        for sample in samples
        if not _scores(sample)
    ]


def _time(stamp: str) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None


def _title(name: str, kind: Kind) -> str:
    return name.replace("_", " ").capitalize() if kind == "trivial" else name.rpartition("/")[2]

"""`mint-bench import`: logs and published outputs into records."""

from pathlib import Path

import click


@click.group(name="import")
def import_() -> None:
    """Turn logs and published outputs into records."""


@import_.command(name="inspect")
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"),
              show_default=True, help="Folder of records.")  # fmt: skip
def inspect_(logs: tuple[Path, ...], out: Path) -> None:
    """Write a record for each finished LOG of `inspect eval mint_bench/…`.

    All logs are read before the first record is written, so a fault in one leaves nothing half
    done.

    \b
    Example:
      mint-bench import inspect logs/*.eval --out results
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.inspect_plugin.logs import record_from_log
    from mint_bench.records.store import write

    records = [record_from_log(path) for path in logs]
    for record in records:
        click.echo(write(record, out))
        for note in record.provenance.notes:
            click.echo(f"{record.system}: {note}", err=True)


@import_.command(name="mint-empathy")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"),
              show_default=True, help="Folder of records.")  # fmt: skip
def mint_empathy(folder: Path, out: Path) -> None:
    """Write a record for every system of the paper's public release.

    FOLDER is the release's `evaluation` folder: it holds outputs/<system>/conversations_tagged.json
    and eval_outputs/<system>/<judge>_ratings.csv. All systems are read before the first record is
    written.

    \b
    Example:
      mint-bench import mint-empathy mint-empathy/evaluation --out results
    """  # noqa: D301 - \b is click's mark for lines to keep
    from rich.console import Console
    from rich.progress import track

    from mint_bench.records.mint_empathy import human_counts, import_system, systems
    from mint_bench.records.store import write

    names, human = systems(folder), human_counts(folder)
    console = Console(stderr=True)
    records = [
        import_system(folder, name, human)
        for name in track(names, "reading systems", console=console)
    ]
    for record in records:
        click.echo(write(record, out))


@import_.command(name="lm-eval")
@click.argument("samples", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--system", default=None, help="Short name of the system. Default: the model's.")
@click.option("--tokenizer", type=click.Path(path_type=Path), default=None,
              help="Folder with the model's tokenizer.json, to count tokens and to find replies "
              "that were cut off. Default: the model's own folder, where it is here.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"),
              show_default=True, help="Folder of records.")  # fmt: skip
def lm_eval(
    samples: tuple[Path, ...], system: str | None, tokenizer: Path | None, out: Path
) -> None:
    """Write a record for each file of SAMPLES that lm-eval wrote of mint_gold_history.

    SAMPLES is samples_mint_gold_history_<time>.jsonl, which lm-eval writes with --log_samples;
    results_<time>.json beside it says what the model was. Replies are scored by the embedded
    tagger and judge, so that the record stands on the board of `mint-bench run --task
    gold_history` with the same conversations. All files are read before the first record is
    written.

    \b
    Example:
      mint-bench import lm-eval out/NAME/samples_mint_gold_history_*.jsonl --out results
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.judging import load_judge
    from mint_bench.records.lm_eval import record_from_samples
    from mint_bench.records.store import write
    from mint_bench.tactics import load_tagger

    tagger, judge = load_tagger("embedded"), load_judge("embedded")
    records = [record_from_samples(path, tagger, judge, system, tokenizer) for path in samples]
    for record in records:
        click.echo(write(record, out))
        for note in record.provenance.notes:
            click.echo(f"{record.system}: {note}", err=True)

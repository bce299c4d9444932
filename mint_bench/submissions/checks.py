"""All checks of one submitted record, in one list."""

from collections.abc import Iterator

from mint_bench.records.figures import figures
from mint_bench.records.schema import Record
from mint_bench.records.tables import MAX_UNSCORED
from mint_bench.submissions.findings import TOLD, Finding
from mint_bench.submissions.known import Known, data_known, signature_known
from mint_bench.submissions.plausible import plausibility

NO_TEXT = Finding(
    "unchecked",
    "text",
    "a record holds no text: whether replies were written by the system named, and scored as they "
    "are, only its log or a rerun can show",
)


def check(record: Record, known: Known) -> list[Finding]:
    """What is to be said of a record that holds, faults first.

    Args:
        record: Verified by `records.verify`.
        known: Accepted records, without this one.
    """
    found = [
        *_kind(record),
        *_unscored(record),
        *signature_known(record, known),
        *data_known(record, known),
        *plausibility(record, known.human_words(record.board), known.on_source(record.board)),
        *_provenance(record),
        NO_TEXT,
    ]
    return sorted(found, key=lambda one: list(TOLD).index(one.level))


def _kind(record: Record) -> Iterator[Finding]:
    if record.kind != "model":
        yield Finding(
            "look", "kind",
            f"says it is {record.kind}; submissions are of models, all else comes from the project",
        )  # fmt: skip


def _unscored(record: Record) -> Iterator[Finding]:
    share = figures(record.conversations, "t", ["unscored"])["unscored"].value or 0.0
    if share > MAX_UNSCORED:
        yield Finding(
            "fault", "unscored",
            f"{share:.1%} of its turns are unscored, the cap is {MAX_UNSCORED:.0%}; run the same "
            "command again, which tries them anew",
        )  # fmt: skip


def _provenance(record: Record) -> Iterator[Finding]:
    made = record.provenance
    missing = [
        name
        for name, value in (
            ("the command", made.command),
            ("a start and an end", made.started and made.finished),
            ("the log's hash", made.log_sha),
        )
        if not value
    ]
    if missing:
        yield Finding("look", "provenance", f"does not say {', '.join(missing)}")
    settings = record.settings
    if record.kind == "model" and settings.open_weights is None:
        yield Finding("fault", "weights", "does not say whether the weights are open")
    if settings.open_weights and not settings.revision:
        yield Finding("fault", "revision", "open weights without a revision that pins them")

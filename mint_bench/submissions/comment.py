"""The words of a pull request that submits a record, and of the answer to one, as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from mint_bench.records.schema import Record
from mint_bench.submissions.card import card
from mint_bench.submissions.change import Change, Changed
from mint_bench.submissions.checks import check
from mint_bench.submissions.difference import differences
from mint_bench.submissions.findings import TOLD, Finding
from mint_bench.submissions.known import Known
from mint_bench.submissions.markdown import code, inert

LONGEST = 60_000  # characters; forges take 65,536
SIGNS = {"fault": "✗", "look": "?", "unchecked": "·"}
ELSEWHERE = 10


@dataclass(frozen=True)
class Answer:
    """What the checks say of a change.

    Attributes:
        change: The change.
        findings: Of each of its files, in order.
    """

    change: Change
    findings: tuple[tuple[Changed, tuple[Finding, ...]], ...]

    @property
    def faults(self) -> int:
        """How much must be put right."""
        found = sum(f.level == "fault" for _, of_one in self.findings for f in of_one)
        return found + len(self.change.faults)

    @property
    def verdict(self) -> str:
        """The answer in one line."""
        count = len(self.findings)
        if not count and not self.faults:
            return "no record changed"
        what = f"{count} record{'' if count == 1 else 's'}"
        if self.faults:
            return f"{what}, {self.faults} fault{'' if self.faults == 1 else 's'} to put right"
        return f"{what}, nothing to put right"


def answer(change: Change) -> Answer:
    """Check all that a change touches."""
    found = []
    for one in change.changed:
        if one.fault:
            findings = [Finding("fault", "verify", one.fault)]
        elif one.record is None or one.what == "withdrawn":
            why = f": {one.why}" if one.why else ""
            findings = [Finding("look", one.what, f"the record is {one.what}{why}")]
        else:
            others = tuple(record for record in change.after if record is not one.record)
            findings = check(one.record, Known(others))
        if one.before and one.record and one.what == "altered":
            findings.append(Finding("look", "altered", _altered(one.before, one.record)))
        found.append((one, tuple(findings)))
    return Answer(change, tuple(found))


def _altered(before: Record, after: Record) -> str:
    """Which parts of a record are others than before."""
    old, new = before.model_dump(), after.model_dump()
    parts = [name for name in new if old[name] != new[name]]
    return f"another {', '.join(parts)} than before" if parts else "as before"


def comment(found: Answer) -> str:
    """The answer to a pull request."""
    parts = [f"## mint-bench: {found.verdict}", ""]
    parts += [f"- ✗ {inert(fault, 300)}" for fault in found.change.faults]
    for one, findings in found.findings:
        parts += ["", _of_one(one, findings)]
    if elsewhere := found.change.elsewhere:
        named = ", ".join(code(name, 80) for name in elsewhere[:ELSEWHERE])
        more = f" and {len(elsewhere) - ELSEWHERE} more" if len(elsewhere) > ELSEWHERE else ""
        parts += ["", f"? Outside the records the change touches {named}{more}."]
    if tables := list(differences(found.change)):
        parts += ["", "## The tables, before and after", "", *tables]
    return shortened("\n".join(parts) + "\n")


def _of_one(one: Changed, findings: Sequence[Finding]) -> str:
    shown = one.record if one.what != "withdrawn" else None
    head = card(shown) if shown else f"### {code(one.path, 200)}\n"
    return f"{head}\n{one.what}: {code(one.path, 200)}\n\n{finding_list(findings)}"


def finding_list(findings: Sequence[Finding]) -> str:
    """Findings as a Markdown list, faults first; what cannot be checked folded away."""
    said = [_told(one) for one in findings if one.level != "unchecked"]
    unseen = [_told(one) for one in findings if one.level == "unchecked"]
    parts = said or ["Every check that a record's figures allow is passed."]
    if unseen:
        parts += ["", "<details><summary>Not checked</summary>", "", *unseen, "", "</details>"]
    return "\n".join(parts) + "\n"


def _told(one: Finding) -> str:
    return f"- {SIGNS[one.level]} **{one.check}**: {inert(one.text, 400)}"


def shortened(text: str) -> str:
    """The text, cut at a line where a forge would not take it whole."""
    if len(text) <= LONGEST:
        return text
    kept = text[:LONGEST].rpartition("\n")[0]
    return f"{kept}\n\nThe rest is left out: too long for a comment.\n"


def pull_request(record: Record, path: str, findings: Sequence[Finding]) -> str:
    """The text of a pull request that submits one record; its first line is the title."""
    return shortened(
        "\n".join([
            f"# Submit {inert(record.title, 80)}",
            "",
            f"One record: {code(path, 200)}",
            "",
            card(record),
            "",
            "Checked by `mint-bench submit prepare`:",
            "",
            finding_list(findings),
            "- [ ] The replies are this system's own, unedited, with the settings in the record.",
            "- [ ] The system was not trained on these conversations, or the notes say how.",
            "- [ ] The record may be published under the licence of this project.",
            "",
        ])
    )


LEGEND = {SIGNS[level]: told for level, told in TOLD.items()}

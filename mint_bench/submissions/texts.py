"""What the text of a log shows beyond its record: replies that are equal word for word."""

from pathlib import Path

from mint_bench.inspect_plugin.said import said
from mint_bench.submissions.findings import Finding, Level
from mint_bench.submissions.plausible import FEW, MOST


def of_log(path: Path) -> list[Finding]:
    """Findings on the replies of a log of a model; none of a trivial system or a human.

    Raises:
        MintError: If the log cannot be read.
    """
    found = said(path)
    if not found.replies or found.system_is_no_model:
        return []
    return [
        Finding(
            _level(count, found.replies), "text", f"{count} of {found.replies} replies are {what}"
        )
        for count, what in (
            (found.repeated, "word for word those of another turn"),
            (found.of_human, "word for word the human's in the same place"),
        )
        if count
    ]


def _level(count: int, replies: int) -> Level:
    return "fault" if replies >= FEW and count / replies > MOST else "look"

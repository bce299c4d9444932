"""A regression note: a Markdown file that says what fell, since when, and how sure that is."""

from datetime import date
from pathlib import Path

from mint_bench.files import write_text
from mint_bench.nightly.changes import Compared
from mint_bench.records.wording import title


def write_note(found: Compared, night: date, folder: Path) -> Path:
    """Write the note of a regression; its first line is a title."""
    path = folder / f"{night}-{found.name}-{found.figure}.md"
    write_text(path, note(found, night))
    return path


def note(found: Compared, night: date) -> str:
    """The note's text."""
    seen = found.change
    altered = "".join(f"- {one}\n" for one in found.altered) or (
        "- Nothing that this benchmark knows of: look at the model's provider.\n"
    )
    return f"""# {title(found.figure).capitalize()} of {found.name} is worse since {found.since}

By {seen.difference:+.3f} ({seen.low:+.3f} to {seen.high:+.3f}, by a confidence sequence that holds
for all nights), over {seen.n} conversations and {found.nights} nights, the last {night}.

What altered between the night before {found.since} and that night:

{altered}
**How sure.** The evidence is {seen.e:,.0f}. If nothing had changed since nights were
last begun to be compared anew, it would come to {1 / found.level:,.0f} on any night of all years
with a chance of at most {found.level:.2g}; that rests on nights being drawn independently
(`docs/nightly.md`).

**Where to look.** The latest record is `{found.record}`; the logs of both nights hold the replies.
From the next night on, nights are compared with each other anew.
"""

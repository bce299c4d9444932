"""Faults of the user's inside Inspect: one line, as everywhere else.

Inspect prints one kind of exception without a traceback; no other module needs to know which.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from inspect_ai._util import error  # inspect-evals-lint: ignore[IECQ001] -- has no public name
from rich.markup import escape
from rich.text import Text

from mint_bench.errors import MintError


@contextmanager
def told_by_inspect() -> Iterator[None]:
    """Turn a `MintError` into the exception that Inspect's command line prints as one line.

    Of several such exceptions, from calls that went side by side, the first is raised.
    """
    try:
        yield
    except MintError as fault:
        raise error.PrerequisiteError(escape(str(fault))) from None
    except ExceptionGroup as several:
        first: BaseException | None = several.subgroup(error.PrerequisiteError)
        if first is None:
            raise
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None


@contextmanager
def told_by_us() -> Iterator[None]:
    """Turn what Inspect says of a missing key, package or model into a `MintError`."""
    try:
        yield
    except error.PrerequisiteError as fault:
        raise plainly(fault) from None


def plainly(fault: Exception) -> Exception:
    """An error, as a `MintError` without marks and colours where it is Inspect's own kind.

    >>> str(plainly(error.PrerequisiteError("[bold]ERROR[/bold]: Install [bold]anthropic[/bold]")))
    'Install anthropic'
    """
    if not isinstance(fault, error.PrerequisiteError):
        return fault
    return MintError(Text.from_markup(str(fault.message)).plain.removeprefix("ERROR: "))

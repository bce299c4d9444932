"""A clock that jumps back a day in the middle of a run, in this process alone."""

import datetime as dt
import sys
import time
from pathlib import Path
from typing import Any

DAY = 24 * 3600
_now, _now_ns, _date = time.time, time.time_ns, dt.datetime


def falls_back(sign: Path) -> None:
    """From when `sign` is there, this process's wall clock is a day behind.

    The monotonic clock goes on, as the system's does.
    """

    def behind() -> int:
        return DAY if sign.exists() else 0

    def now() -> float:
        return _now() - behind()

    def now_ns() -> int:
        return _now_ns() - behind() * 10**9

    class _Kind(type(_date)):  # type: ignore[misc]
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, _date)

    class Behind(_date, metaclass=_Kind):
        @classmethod
        def __get_pydantic_core_schema__(cls, _: Any, schema: Any) -> Any:
            return schema(_date)

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return _date.now(tz) - dt.timedelta(seconds=behind())

        @classmethod
        def utcnow(cls) -> Any:
            return _date.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(seconds=behind())

    _replaced({id(_now): now, id(_now_ns): now_ns, id(_date): Behind})


def _replaced(changed: dict[int, Any]) -> None:
    """Put something else in the place of objects, in every module that has them."""
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", __name__) == __name__:
            continue
        for name, value in list(vars(module).items()):
            if id(value) in changed:
                setattr(module, name, changed[id(value)])

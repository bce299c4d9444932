"""The source of the records that `made` makes, as if it lay on this machine."""

import pytest

from mint_bench.submissions import known as module
from tests.submissions.made import IDS, TURNS


@pytest.fixture
def conversations(monkeypatch):
    monkeypatch.setattr(module, "turns_at_hand", lambda _: dict.fromkeys(IDS, TURNS))

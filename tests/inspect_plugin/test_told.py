"""The words of a run: from the log that the record names, each reply with its tactics."""

from pathlib import Path

import pytest

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.tasks import multi_turn
from mint_bench.inspect_plugin.told import LogTeller
from tests.inspect_plugin.runs import RULES, Recorder, run


def test_a_record_finds_the_words_of_its_own_log(talks, tmp_path):
    model = Recorder(lambda call, messages: "I am sorry. What helps?").model()
    log = run(multi_turn(source=talks, **RULES), model, tmp_path / "logs")
    record = record_from_log(Path(log.location))
    teller = LogTeller(tmp_path / "logs")
    assert teller.knows(record)
    told = teller.tell(record)
    assert set(told) == {(c.id, c.epoch) for c in record.conversations}
    first = told["exam", 1]
    assert first.opening == "Hi, I am Ada."
    assert first.turns[0].seeker == "I failed the exam.\nTwice now."
    assert first.turns[0].reply == "I am sorry. What helps?"
    assert first.turns[0].tactics == (("emotional_expression",), ("questioning",))


def test_another_runs_log_tells_nothing(talks, tmp_path):
    model = Recorder(lambda call, messages: "I see.").model()
    log = run(multi_turn(source=talks, **RULES), model, tmp_path / "logs")
    record = record_from_log(Path(log.location))
    (tmp_path / "empty").mkdir()
    assert not LogTeller(tmp_path / "empty").knows(record)
    with pytest.raises(MintError, match="no such folder"):
        LogTeller(tmp_path / "missing")

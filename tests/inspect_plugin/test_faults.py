"""Faults of the user's inside Inspect: always one line."""

import pytest
from inspect_ai._util.error import PrerequisiteError

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.faults import told_by_inspect


def test_a_fault_is_the_kind_that_inspect_prints_as_one_line():
    with pytest.raises(PrerequisiteError) as told, told_by_inspect():
        raise MintError("no [such] thing")
    assert told.value.message == r"no \[such] thing"


def test_of_faults_that_came_together_the_first_is_told():
    several = [PrerequisiteError("no key"), PrerequisiteError("no key")]
    with pytest.raises(PrerequisiteError) as told, told_by_inspect():
        raise ExceptionGroup("two", [ValueError("x"), ExceptionGroup("calls", several)])
    assert told.value is several[0]
    with pytest.raises(ExceptionGroup), told_by_inspect():
        raise ExceptionGroup("two", [ValueError("x")])

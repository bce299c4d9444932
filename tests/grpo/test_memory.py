"""A training that needs more memory than there is gets an error, not the kernel's end."""

import resource
import sys

import pytest

from mint_bench.grpo import memory
from mint_bench.grpo.faults import is_lack_of_memory

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
MB = 2**20


@pytest.fixture(autouse=True)
def little(monkeypatch):
    """A machine without GPU on which 300 MB are free."""
    monkeypatch.setattr(memory, "free_memory", lambda: 300 * MB)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_what_is_more_than_free_is_an_error_that_is_known_and_what_is_less_is_none():
    with memory.bounded():
        torch.empty(100 * MB, dtype=torch.uint8)
        with pytest.raises(RuntimeError) as caught:
            torch.empty(400 * MB, dtype=torch.uint8)
    assert is_lack_of_memory(caught.value)


def test_afterwards_there_is_room_again():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with pytest.raises(MemoryError), memory.bounded():
        bytearray(400 * MB)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert len(bytearray(400 * MB)) == 400 * MB


def test_processes_on_one_machine_share_what_is_free(monkeypatch):
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    with memory.bounded(), pytest.raises(MemoryError):
        bytearray(150 * MB)


def test_what_the_user_allowed_stays_the_limit():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = memory._taken() + 100 * MB
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, before[1]))
        with memory.bounded():
            assert resource.getrlimit(resource.RLIMIT_DATA)[0] == allowed
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


@pytest.mark.parametrize(("free", "gpu"), [(None, False), (300 * MB, True)])
def test_nothing_is_bounded_without_a_figure_or_beside_a_gpu(monkeypatch, free, gpu):
    monkeypatch.setattr(memory, "free_memory", lambda: free)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with memory.bounded():
        assert resource.getrlimit(resource.RLIMIT_DATA) == before

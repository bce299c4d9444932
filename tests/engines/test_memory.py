"""What memory is free: of the machine, and of the control groups that it may have put us into."""

import pytest

from mint_bench.engines import memory

LIMITS = {"": None, "batch": 6_000, "batch/job": 9_000}  # the top of the tree has no files


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of 8,192 bytes free, and a process in the group batch/job."""
    (tmp_path / "meminfo").write_text("MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable: 8 kB\n")
    (tmp_path / "cgroup").write_text("4:memory:/elsewhere\n0::/batch/job\n")
    for name, limit in LIMITS.items():
        group = tmp_path / "groups" / name
        group.mkdir(parents=True)
        if limit is not None:
            limited(group, limit, 1_000)
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_GROUP", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")
    return tmp_path


def limited(group, limit, taken, kept=300):
    (group / "memory.max").write_text(f"{limit}\n")
    (group / "memory.current").write_text(f"{taken}\n")
    files = f"inactive_file {kept - kept // 3}\nactive_file {kept // 3}\n"
    (group / "memory.stat").write_text(f"anon 700\n{files}")


def test_the_narrowest_group_counts_and_kept_files_are_given_back(machine):
    assert memory.free_memory() == 6_000 - 1_000 + 300


def test_the_machine_counts_where_groups_allow_more(machine):
    for name in ("batch", "batch/job"):
        limited(machine / "groups" / name, "max", 1_000)
    assert memory.free_memory() == 8 * 1024


def test_a_group_that_is_full_leaves_nothing(machine):
    limited(machine / "groups" / "batch", 6_000, 7_000, kept=0)
    assert memory.free_memory() == 0


@pytest.mark.parametrize("group", ["4:memory:/elsewhere\n", "0::/../another\n", "", None])
def test_a_group_that_nobody_can_read_limits_nothing(machine, group):
    if group is None:
        (machine / "cgroup").unlink()
    else:
        (machine / "cgroup").write_text(group)
    assert memory.free_memory() == 8 * 1024


def test_a_system_that_does_not_say_what_is_free_is_not_guessed(machine):
    (machine / "meminfo").write_text("MemTotal: 100 kB\n")
    assert memory.free_memory() is None

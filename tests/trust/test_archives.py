"""Logs of strangers: packed parts are counted, named and read as data, or refused in one line."""

import os
import struct
import tracemalloc
import zipfile

import pytest

from mint_bench.errors import MintError
from mint_bench.inspect_plugin import archive
from mint_bench.inspect_plugin.archive import check_archive
from mint_bench.inspect_plugin.logs import read_log


def packed(path, *members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as log:
        for name, data in members:
            log.writestr(name, data)
    return path


def test_a_log_that_unpacks_to_too_much_is_refused_with_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST_PART", 8 * 1024**2)
    bomb = packed(tmp_path / "bomb.eval", ("header.json", b"\0" * (64 * 1024**2)))
    assert bomb.stat().st_size < 100_000
    tracemalloc.start()
    with pytest.raises(MintError, match="unpacks to more than 8 MB"):
        read_log(bomb)
    assert tracemalloc.get_traced_memory()[1] < 16 * 1024**2
    tracemalloc.stop()


def test_many_parts_that_are_too_much_together_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST_LOG", 4 * 1024**2)
    parts = [(f"samples/{n}_epoch_1.json", b" " * 1024**2) for n in range(9)]
    with pytest.raises(MintError, match=r"samples/4_epoch_1.json unpacks to more"):
        read_log(packed(tmp_path / "many.eval", *parts))


def test_a_part_that_declares_another_size_than_it_has_is_refused(tmp_path):
    log = packed(tmp_path / "small.eval", ("header.json", b"\0" * 1024**2))
    forged = log.read_bytes().replace(struct.pack("<I", 1024**2), struct.pack("<I", 10))
    log.write_bytes(forged)
    with pytest.raises(MintError, match="where the log says 10"):
        read_log(log)


@pytest.mark.parametrize("name", ["../../x.json", "/x.json", "samples/../../x", "..\\..\\x"])
def test_a_part_with_a_path_for_a_name_is_refused_and_nothing_is_written(tmp_path, name):
    (tmp_path / "in").mkdir()
    log = packed(tmp_path / "in" / "forged.eval", (name, b"{}"))
    with pytest.raises(MintError, match="holds a part named"):
        read_log(log)
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "forged.eval"]


def test_a_part_that_stands_there_twice_is_refused(tmp_path):
    parts = [("header.json", b"{}"), ("samples/a_epoch_1.json", b"{}"), ("header.json", b"[]")]
    with pytest.warns(UserWarning, match="Duplicate name"):
        log = packed(tmp_path / "twice.eval", *parts)
    with pytest.raises(MintError, match=r"holds 'header.json' twice"):
        read_log(log)


def test_a_conversation_that_was_tried_again_stands_twice_in_a_lawful_log(tmp_path):
    parts = [("samples/a_epoch_1.json", b"{}"), ("samples/a_epoch_1.json", b"{}")]
    with pytest.warns(UserWarning, match="Duplicate name"):
        check_archive(packed(tmp_path / "again.eval", *parts))


def test_conversations_whose_ids_differ_in_case_alone_are_two_parts(tmp_path):
    check_archive(
        packed(tmp_path / "x.eval", ("samples/a_1.json", b"1"), ("samples/A_1.json", b""))
    )


def test_every_way_of_packing_is_counted(tmp_path):
    zstandard = pytest.importorskip("zstandard")
    data = os.urandom(3_000_000) + b"\0" * 3_000_000
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        check_archive(packed(tmp_path / f"{method}.eval", ("a", data), ("b", b""), method=method))
    frames = zstandard.ZstdCompressor().compress(data) + zstandard.ZstdCompressor().compress(data)
    path = packed(tmp_path / "z.eval", ("a", frames), method=zipfile.ZIP_STORED)
    whole = path.read_bytes()
    start = whole.index(b"PK\x01\x02")
    entry = bytearray(whole[start:])
    struct.pack_into("<H", entry, 10, 93)
    struct.pack_into("<I", entry, 24, 2 * len(data))
    path.write_bytes(whole[:start] + bytes(entry))
    check_archive(path)


@pytest.mark.parametrize("cut", [0, 1, 30, 100, 5_000])
def test_a_log_cut_short_is_told_in_one_line(tmp_path, cut):
    log = packed(tmp_path / "x.eval", ("header.json", os.urandom(9_000)))
    log.write_bytes(log.read_bytes()[:cut])
    with pytest.raises(MintError, match="not a readable log"):
        read_log(log)


def test_a_log_whose_content_is_damaged_or_nested_is_told_in_one_line(tmp_path):
    log = packed(tmp_path / "x.eval", ("header.json", b"[" * 200_000))
    with pytest.raises(MintError, match="not a readable log"):
        read_log(log)
    whole = packed(tmp_path / "y.eval", ("header.json", os.urandom(9_000))).read_bytes()
    log.write_bytes(whole[:500] + b"\xff" * 500 + whole[1000:])
    with pytest.raises(MintError, match="not a readable log"):
        read_log(log)

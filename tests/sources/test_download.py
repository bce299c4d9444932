"""A pinned file arrives whole and verified, or not at all."""

from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest

from mint_bench.errors import MintError
from mint_bench.sources.catalogue import Remote
from mint_bench.sources.download import download

BODY = b"".join(b"line %d of a file that nobody wrote\n" % n for n in range(20_000))


def left_in(folder: Path) -> set[str]:
    """What a user sees in the folder afterwards."""
    return {p.name for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")}


def test_a_fresh_download_lands_whole_and_alone(server, tmp_path, capfd):
    server.body = BODY
    path = download(server.remote(), tmp_path, "toy")
    assert path == tmp_path / "toy/talks.jsonl"
    assert path.read_bytes() == BODY
    assert left_in(tmp_path) == {"talks.jsonl"}
    out, err = capfd.readouterr()
    assert out == ""
    assert "talks.jsonl" in err


def test_a_file_that_is_there_is_not_fetched_again(server, tmp_path):
    server.body = BODY
    download(server.remote(), tmp_path, "toy")
    download(server.remote(), tmp_path, "toy")
    assert server.asked == [None]


def test_an_altered_file_in_the_cache_is_fetched_anew(server, tmp_path):
    server.body = BODY
    path = download(server.remote(), tmp_path, "toy")
    path.write_bytes(b"altered")
    assert download(server.remote(), tmp_path, "toy").read_bytes() == BODY


def test_a_cut_connection_is_taken_up_where_it_ended(server, tmp_path):
    server.body, server.cuts = BODY, [100_000, 200_000]
    assert download(server.remote(), tmp_path, "toy").read_bytes() == BODY
    assert server.asked[0] is None
    starts = [int(asked.removeprefix("bytes=").removesuffix("-")) for asked in server.asked[1:]]
    assert len(starts) == 2
    assert 0 < starts[0] <= 100_000 < starts[1] <= 300_000


def test_what_an_earlier_run_left_is_taken_up_by_the_next(server, tmp_path):
    server.body, server.cuts = BODY, [150_000, 0]
    with pytest.raises(MintError, match="try again to go on"):
        download(server.remote(), tmp_path, "toy")
    assert left_in(tmp_path) == {"talks.jsonl.part"}
    assert download(server.remote(), tmp_path, "toy").read_bytes() == BODY
    assert server.asked[-1] is not None
    assert left_in(tmp_path) == {"talks.jsonl"}


def test_without_ranges_a_cut_starts_from_the_beginning(server, tmp_path):
    server.body, server.cuts, server.ranges = BODY, [150_000], False
    assert download(server.remote(), tmp_path, "toy").read_bytes() == BODY
    assert len(server.asked) == 2


@pytest.mark.parametrize("size", [10, len(BODY), len(BODY) + 5])
def test_a_part_of_another_file_does_not_stand_in_the_way(server, tmp_path, size):
    server.body = BODY
    part = tmp_path / "toy/talks.jsonl.part"
    part.parent.mkdir()
    part.write_bytes(b"x" * size)
    assert download(server.remote(), tmp_path, "toy").read_bytes() == BODY
    assert left_in(tmp_path) == {"talks.jsonl"}


def test_another_file_than_the_pinned_one_is_refused_and_removed(server, tmp_path):
    server.body = BODY
    pinned = server.remote()
    server.body = BODY.replace(b"7", b"8")
    with pytest.raises(MintError) as error:
        download(pinned, tmp_path, "toy")
    message = str(error.value)
    for part in ("toy: talks.jsonl", pinned.sha256, server.remote().sha256, "MINT_BENCH_DATA"):
        assert part in message
    assert left_in(tmp_path) == set()


@pytest.mark.parametrize("change", [lambda b: b[:1000], lambda b: b * 3, lambda b: b""])
def test_a_shorter_longer_or_empty_file_is_refused(server, tmp_path, change):
    server.body = BODY
    pinned = server.remote()
    server.body = change(BODY)
    with pytest.raises(MintError, match="not the pinned file"):
        download(pinned, tmp_path, "toy")
    assert left_in(tmp_path) == set()


def test_a_file_that_shrank_on_the_server_restarts_the_part(server, tmp_path):
    server.body = BODY
    pinned = server.remote()
    part = tmp_path / "toy/talks.jsonl.part"
    part.parent.mkdir()
    part.write_bytes(BODY[:5000])
    server.body = BODY[:4000]
    with pytest.raises(MintError, match="4000 bytes"):
        download(pinned, tmp_path, "toy")
    assert server.asked == ["bytes=5000-", None]
    assert left_in(tmp_path) == set()


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_server_without_the_file_is_named(server, tmp_path, status):
    server.body, server.status = BODY, status
    with pytest.raises(MintError, match=f"toy: {server.url}.*HTTP {status}.*MINT_BENCH_DATA"):
        download(server.remote(), tmp_path, "toy")
    assert left_in(tmp_path) == set()


def test_no_network_is_told_with_source_url_and_the_way_out(tmp_path):
    nowhere = Remote("toy/talks.jsonl", "http://127.0.0.1:9/talks.jsonl", "0" * 64, 10)
    with pytest.raises(MintError) as error:
        download(nowhere, tmp_path, "toy")
    message = str(error.value)
    assert "\n" not in message
    for part in ("toy", nowhere.url, "MINT_BENCH_DATA", nowhere.path):
        assert part in message
    assert left_in(tmp_path) == set()


def test_a_cache_that_cannot_be_written_is_named(server, tmp_path):
    server.body = BODY
    (tmp_path / "toy").write_text("a file where a folder should be")
    with pytest.raises(MintError, match="MINT_BENCH_CACHE"):
        download(server.remote(), tmp_path, "toy")


def test_several_at_once_fetch_it_once(server, tmp_path):
    server.body = BODY
    with ThreadPool(4) as pool:
        paths = pool.map(lambda _: download(server.remote(), tmp_path, "toy"), range(4))
    assert {path.read_bytes() for path in paths} == {BODY}
    assert len(server.asked) == 1

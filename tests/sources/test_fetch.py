"""The data folder comes first, then the cache, then the download; all of it verified."""

from dataclasses import replace

import pytest

from mint_bench.errors import MintError
from mint_bench.sources import SOURCES, fetch

BODY = b"a pinned file of a few bytes\n"


@pytest.fixture
def card(server):
    server.body = BODY
    return replace(SOURCES["esconv_failed"], name="toy", file=server.remote())


@pytest.fixture
def folder(cache, tmp_path, monkeypatch):
    data = tmp_path / "data"
    (data / "toy").mkdir(parents=True)
    monkeypatch.setenv("MINT_BENCH_DATA", str(data))
    return data


def test_the_data_folder_comes_first(card, folder, server):
    (folder / card.file.path).write_bytes(BODY)
    assert fetch.fetch(card) == folder / card.file.path
    assert server.asked == []


@pytest.mark.parametrize(
    ("body", "word"), [(BODY[:-3], "truncated"), (BODY.upper(), "altered"), (b"", "truncated")]
)
def test_a_damaged_file_in_the_data_folder_is_an_error(card, folder, server, body, word):
    (folder / card.file.path).write_bytes(body)
    with pytest.raises(MintError, match=f"talks.jsonl: {word}: expected sha256 {card.file.sha256}"):
        fetch.fetch(card)
    assert server.asked == []


def test_what_the_data_folder_lacks_is_downloaded_once(card, folder, cache, server):
    assert fetch.locate(card) is None
    assert fetch.fetch(card) == cache / card.file.path
    assert fetch.fetch(card) == cache / card.file.path
    assert len(server.asked) == 1


def test_a_damaged_file_in_the_cache_is_fetched_anew(card, cache, server):
    path = fetch.fetch(card)
    path.write_bytes(BODY[:4])
    assert fetch.locate(card) is None
    assert fetch.fetch(card).read_bytes() == BODY


def test_a_data_folder_that_is_not_there_is_an_error(card, cache, monkeypatch, tmp_path):
    monkeypatch.setenv("MINT_BENCH_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(MintError, match=r"MINT_BENCH_DATA=.*nowhere: no such folder"):
        fetch.fetch(card)


def test_without_the_variable_the_cache_is_the_users(cache, monkeypatch):
    monkeypatch.delenv("MINT_BENCH_CACHE")
    assert fetch.cache_dir().name == "mint-bench"


def test_what_ships_needs_neither(cache):
    assert fetch.locate(SOURCES["starter"]).name == "starter.jsonl"


def test_what_must_be_fetched_by_hand_says_what_to_take_and_where_to_put_it(cache, monkeypatch):
    monkeypatch.delenv("MINT_BENCH_DATA", raising=False)
    sage = SOURCES["sage"]
    with pytest.raises(MintError) as error:
        fetch.fetch(sage)
    for part in (sage.file.sha256, sage.revision, sage.file.path, "MINT_BENCH_DATA", "MIT"):
        assert part in str(error.value)

"""References are pinned files, found in the data folder or fetched, never taken unverified."""

import hashlib

import pytest

from mint_bench.errors import MintError
from mint_bench.sources.catalogue import Remote
from mint_bench.sources.fetch import fetch_file
from mint_bench.sources.references import (
    EXPERTS,
    HUMAN_TAGS,
    OTHER_JUDGES,
    PEOPLE,
    people_files,
    reference,
)
from mint_bench.tactics.tagger import TACTICS
from tests.data_folder import data_folder

ALL = [*EXPERTS.values(), *OTHER_JUDGES.values(), *PEOPLE.values(), HUMAN_TAGS]


def pinned(url, body=b"said,so\n"):
    return Remote("mine/ratings.csv", url, hashlib.sha256(body).hexdigest(), len(body))


def test_every_reference_has_a_hash_and_an_address_at_a_commit():
    for remote in ALL:
        assert len(remote.sha256) == 64
        assert remote.url.startswith("https://")
        assert any(len(part) == 40 for part in remote.url.split("/"))
    assert len({remote.path for remote in ALL}) == len(ALL)


def test_references_of_the_data_folder_are_the_pinned_ones():
    data_folder()
    assert all(reference(remote).is_file() for remote in ALL)
    assert tuple(people_files()) == TACTICS


def test_a_reference_is_fetched_once_and_then_found(server, cache):
    server.body = b"said,so\n"
    remote = server.remote("mine/ratings.csv")
    first, second = fetch_file(remote, "ratings"), fetch_file(remote, "ratings")
    assert first == second == cache / "mine" / "ratings.csv"
    assert len(server.asked) == 1


def test_an_altered_reference_in_the_data_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("MINT_BENCH_DATA", str(tmp_path))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "ratings.csv").write_text("said,mo\n")
    with pytest.raises(MintError, match=r"ratings\.csv: altered"):
        fetch_file(pinned("http://127.0.0.1:9/ratings.csv"), "ratings")


def test_a_reference_that_cannot_be_had_says_what_to_set(cache, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(MintError, match="set MINT_BENCH_DATA to a folder that holds mine/ratings"):
        fetch_file(pinned("http://127.0.0.1:9/ratings.csv"), "ratings")

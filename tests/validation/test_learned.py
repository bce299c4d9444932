"""Whether labels are held out for a tagger: told by the files' hashes, not by their names."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from mint_bench.resources import sha256_file
from mint_bench.validation import learned
from mint_bench.validation.learned import not_held_out


@pytest.fixture
def published(tmp_path, monkeypatch):
    path = tmp_path / "anything.jsonl"
    path.write_text("{}\n")
    pinned = replace(learned.PEOPLE["advice"], sha256=sha256_file(path))
    monkeypatch.setattr(learned, "PEOPLE", MappingProxyType({"advice": pinned}))
    return {"advice": path}


@pytest.mark.parametrize(
    ("tagger", "expected"),
    [
        ("embedded", True),
        ("embedded-fast", True),
        ("llm-published", True),  # chosen by them
        ("llm-binary", False),
        ("llm", False),
    ],
)
def test_the_published_labels_are_no_test_of_whom_they_taught_or_chose(published, tagger, expected):
    assert not_held_out(tagger, published) is expected


def test_other_labels_are_held_out_for_all(published):
    published["advice"].write_text("{} \n")
    assert not not_held_out("embedded", published)

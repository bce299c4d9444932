"""ESConv keeps its labels, and both ways to get it yield the same conversations."""

import json

import pytest

from mint_bench.conversation import Speaker
from mint_bench.errors import MintError
from mint_bench.resources import sha256_text
from mint_bench.sources import SOURCES, esconv, load, resolve
from mint_bench.sources.fetch import HUB_FILE, locate
from mint_bench.sources.hub import download_esconv
from tests.data_folder import data_folder

ROW = {
    "emotion_type": "fear",
    "problem_type": "moving house",
    "situation": "The van is late and the keys are gone.",
    "survey_score": {
        "seeker": {
            "initial_emotion_intensity": "5",
            "empathy": "4",
            "relevance": "-1",
            "final_emotion_intensity": "2",
        },
        "supporter": {"relevance": "5"},
    },
    "dialog": [
        {"text": "Hello there", "speaker": "sys", "strategy": "Others"},
        {"text": "I lost the keys ", "speaker": "usr"},
        {"text": "all of them", "speaker": "usr"},
        {"text": "When did you last see them?", "speaker": "sys", "strategy": "Question"},
    ],
}
SPLITS = {"train": "train", "validation": "valid", "test": "test"}


def hub_folder(tmp_path, form, rows=(ROW,)):
    """A data set of three splits on disk, as the hub would hand it out."""
    import datasets

    folder = tmp_path / form
    folder.mkdir()
    records = [{"text": json.dumps(row)} for row in rows] if form == "text" else list(rows)
    for split in SPLITS:
        if form == "json":
            lines = "\n".join(json.dumps(record) for record in records)
            (folder / f"{split}.json").write_text(lines)
        else:
            datasets.Dataset.from_list(records).to_parquet(folder / f"{split}.parquet")
    return folder


@pytest.fixture
def offline(monkeypatch, tmp_path):
    import datasets
    import huggingface_hub

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hf")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


@pytest.fixture
def pinned(monkeypatch):
    monkeypatch.setattr(
        esconv, "CONTENT", dict.fromkeys(SPLITS.values(), esconv.content_hash([ROW]))
    )


@pytest.mark.parametrize("form", ["text", "columns", "json"])
def test_the_hubs_rows_become_the_joined_file(tmp_path, offline, pinned, form):
    target = tmp_path / "joined.jsonl"
    download_esconv(target, str(hub_folder(tmp_path, form)))
    talks = esconv.read_esconv(target)
    assert [talk.id for talk in talks] == [f"esconv-{s}-0000" for s in SPLITS.values()]
    talk = talks[0]
    assert [turn.speaker for turn in talk.turns] == [
        Speaker.SUPPORTER, Speaker.SEEKER, Speaker.SUPPORTER,
    ]  # fmt: skip
    assert talk.scored_turns == (2,)
    assert talk.turns[1].text == "I lost the keys\nall of them"
    assert talk.turns[2].messages[0].metadata == {"strategy": "Question"}
    assert talk.metadata == {
        "split": "train",
        "emotion_type": "fear",
        "problem_type": "moving house",
        "situation": ROW["situation"],
        "init_intensity": 5,
        "final_intensity": 2,
        "empathy": 4,
    }


def test_what_came_from_the_hub_is_found_in_the_cache(tmp_path, cache, offline, pinned):
    assert locate(SOURCES["esconv"]) is None
    cached = download_esconv(cache / HUB_FILE, str(hub_folder(tmp_path, "text")))
    assert resolve("esconv") == cached
    assert [talk.id for talk in load("esconv:test").conversations] == ["esconv-test-0000"]
    assert load("esconv").revision == SOURCES["esconv"].revision
    cached.write_text(cached.read_text().replace("keys", "cats"))
    with pytest.raises(MintError, match=r"ESConv_from_hub.jsonl: .*; remove the file"):
        load("esconv")


def test_other_conversations_than_the_pinned_ones_are_refused(tmp_path, offline, pinned):
    other = ROW | {"situation": "The van came."}
    target = tmp_path / "joined.jsonl"
    with pytest.raises(MintError, match=r"split train are not the pinned ones.*MINT_BENCH_DATA"):
        download_esconv(target, str(hub_folder(tmp_path, "json", [other])))
    assert not target.exists()


def test_rows_of_another_form_are_refused(tmp_path, offline, pinned):
    with pytest.raises(MintError, match="split train is not in ESConv's form"):
        download_esconv(tmp_path / "x", str(hub_folder(tmp_path, "json", [{"a": 1, "b": 2}])))


def test_a_text_that_is_no_json_is_named(tmp_path, offline, pinned):
    folder = tmp_path / "plain"
    folder.mkdir()
    for split in SPLITS:
        (folder / f"{split}.txt").write_text("not json\n")
    with pytest.raises(MintError, match="train row 0: not JSON"):
        download_esconv(tmp_path / "x", str(folder))


def test_without_hub_the_way_out_is_told(tmp_path, offline):
    with pytest.raises(MintError) as error:
        download_esconv(tmp_path / "x", "nobody/nothing-of-this-name")
    for part in (
        "OfflineMode",
        "esconv",
        "huggingface.co",
        "MINT_BENCH_DATA",
        "esconv/ESConv_1300.jsonl",
    ):
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"situation": "The van is late\nand the keys are gone. "}, True),
        ({"emotion_type": "joy"}, True),
        ({"situation": "The van is late"}, False),
        ({"dialog": ROW["dialog"][:3]}, False),
        ({"dialog": [ROW["dialog"][0] | {"strategy": "Question"}, *ROW["dialog"][1:]]}, False),
        ({"dialog": [ROW["dialog"][0] | {"speaker": "usr"}, *ROW["dialog"][1:]]}, False),
    ],
)
def test_the_content_hash_covers_what_is_said_and_no_white_space(change, same):
    assert (esconv.content_hash([ROW]) == esconv.content_hash([ROW | change])) is same


def test_the_cards_revision_is_the_hash_of_the_three():
    assert SOURCES["esconv"].revision == f"content-{sha256_text(*esconv.CONTENT.values())[:12]}"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('{"split": "dev"}\n', "joined.jsonl:1: field 'split'"),
        ('{"split": "train"}\n', "split train is not in ESConv's form"),
        ('{"split": "tra', "joined.jsonl:1: not JSON"),
        ("", "are not the pinned ones"),
    ],
)
def test_a_malformed_joined_file_is_named(tmp_path, lines, message):
    path = tmp_path / "joined.jsonl"
    path.write_text(lines)
    with pytest.raises(MintError, match=message):
        esconv.read_esconv(path)


def test_the_joined_file_through_the_hubs_path_is_the_same(tmp_path, offline):
    """Both ways yield one content: the real rows as a data set with one column of JSON."""
    data_folder("esconv")
    import datasets

    folder = tmp_path / "hub"
    folder.mkdir()
    by_split = {split: [] for split in SPLITS.values()}
    for line in resolve("esconv").read_text(encoding="utf-8").splitlines():
        by_split[json.loads(line)["split"]].append({"text": line})
    for hub_split, split in SPLITS.items():
        records = datasets.Dataset.from_list(by_split[split])
        records.to_parquet(folder / f"{hub_split}.parquet")
    joined = download_esconv(tmp_path / "joined.jsonl", str(folder))
    assert esconv.read_esconv(joined) == load("esconv").conversations


def test_labels_survive():
    data_folder("esconv")
    talks = load("esconv").conversations
    assert sum(talk.turns[0].speaker is Speaker.SUPPORTER for talk in talks) == 683
    messages = [message for talk in talks for turn in talk.turns for message in turn.messages]
    by_supporter = [m for m in messages if m.speaker is Speaker.SUPPORTER]
    assert len(by_supporter) == 18_376
    assert len({m.metadata["strategy"] for m in by_supporter}) == 8
    rated = [m.metadata["rating"] for m in messages if "rating" in m.metadata]
    assert len(rated) == 7_681
    assert set(rated) == {1, 2, 3, 4, 5}
    assert all("strategy" not in m.metadata for m in messages if m.speaker is Speaker.SEEKER)
    for name in ("emotion_type", "problem_type", "situation", "init_intensity", "final_intensity"):
        assert all(talk.metadata[name] for talk in talks)
    assert sum("empathy" in talk.metadata for talk in talks) == 1_150
    assert {talk.metadata["split"] for talk in load("esconv:test").conversations} == {"test"}


def test_in_the_failed_ones_the_listener_supports():
    data_folder("esconv_failed")
    talks = load("esconv_failed").conversations
    messages = [message for talk in talks for turn in talk.turns for message in turn.messages]
    assert {m.speaker for m in messages if "strategy" in m.metadata} == {Speaker.SUPPORTER}
    assert {m.speaker for m in messages if "rating" in m.metadata} == {Speaker.SEEKER}
    assert talks[0].id == "esconv-failed-0000"
    assert talks[0].metadata["init_intensity"] == 5

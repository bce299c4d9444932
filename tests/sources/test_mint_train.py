"""The paper's training conversations: empty seeker messages are no turns."""

import json
from collections import Counter

import pytest

from mint_bench.errors import MintError
from mint_bench.sources import load
from mint_bench.sources.mint_train import read_mint_train


def written(tmp_path, *messages):
    path = tmp_path / "c.json"
    talk = [{"role": role, "content": text} for role, text in messages]
    item = {"conversation_id": "a", "source": "toy", "model": "m", "conversation": talk}
    path.write_text(json.dumps([item]))
    return path


def test_two_answers_around_silence_are_one_turn(tmp_path):
    path = written(
        tmp_path, ("seeker", "It is late."), ("supporter", "It is."), ("seeker", ""),
        ("supporter", "Are you there?"),
    )  # fmt: skip
    (talk,) = read_mint_train(path)
    assert [turn.text for turn in talk.turns] == ["It is late.", "It is.\nAre you there?"]
    assert talk.metadata == {"source": "toy", "model": "m"}


def test_an_answer_to_nothing_is_not_scored(tmp_path):
    path = written(
        tmp_path, ("seeker", " "), ("supporter", "Hello?"), ("seeker", "Hi"), ("supporter", "Ah."),
    )  # fmt: skip
    assert read_mint_train(path)[0].scored_turns == (2,)


@pytest.mark.parametrize("role", ["narrator", ""])
def test_an_unknown_role_is_an_error(tmp_path, role):
    with pytest.raises(MintError, match=r"c.json: not the published"):
        read_mint_train(written(tmp_path, (role, "Once upon a time")))


def test_both_origins_are_there(real_data):
    origins = Counter(c.metadata["source"] for c in load("mint_train").conversations)
    assert origins == {"wildchat": 253, "sense-7": 69}

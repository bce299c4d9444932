"""The paper's training conversations: empty seeker messages are no turns."""

import json
from collections import Counter

import pytest

from mint_bench.errors import MintError
from mint_bench.sources import load
from mint_bench.sources.mint_train import read_mint_train
from tests.data_folder import data_folder


def written(tmp_path, *messages):
    path = tmp_path / "c.json"
    talk = [{"role": role, "content": text} for role, text in messages]
    item = {"conversation_id": "a", "source": "toy", "model": "m", "conversation": talk}
    path.write_text(json.dumps([item]))
    return path


def test_an_empty_message_stays_a_turn(tmp_path):
    path = written(
        tmp_path, ("seeker", " "), ("supporter", "Hello?"), ("seeker", ""), ("supporter", "Ah."),
    )  # fmt: skip
    (talk,) = read_mint_train(path)
    assert [turn.text for turn in talk.turns] == ["", "Hello?", "", "Ah."]
    assert talk.scored_turns == (1, 3)
    assert talk.metadata == {"source": "toy", "model": "m"}


@pytest.mark.parametrize("role", ["narrator", ""])
def test_an_unknown_role_is_an_error(tmp_path, role):
    with pytest.raises(MintError, match=r"c.json: not the published"):
        read_mint_train(written(tmp_path, (role, "Once upon a time")))


def test_both_origins_are_there():
    data_folder()
    origins = Counter(c.metadata["source"] for c in load("mint_train").conversations)
    assert origins == {"wildchat": 253, "sense-7": 69}

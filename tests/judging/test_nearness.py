"""What lies near the centres is near, whatever its length; a reply without words is nowhere."""

import numpy as np
import pytest

from mint_bench.encoder import shipped
from mint_bench.judging.nearness import (
    MOST_PIECES,
    PIECE,
    Nearness,
    directions,
    pieces,
    vectors_of,
)

PLACES = Nearness(np.float32([[1, 0], [0, 1]]), least=0.8, encoder_sha="")


def test_the_nearest_centre_counts():
    found = PLACES.cosines(np.float32([[5, 0], [0, 0.1], [1, 1], [-1, 0]]))
    assert found.tolist() == pytest.approx([1, 1, np.sqrt(0.5), 0])


def test_a_text_without_a_vector_is_near_nothing():
    assert PLACES.cosines(np.float32([[0, 0]])).tolist() == [0]
    assert not directions(np.float32([[0, 0]])).any()


def test_nothing_of_a_short_reply_is_left_out_and_a_long_one_is_read_so_far():
    assert (
        " ".join(pieces("one two  three\nfour " * 40)).split()
        == ["one", "two", "three", "four"] * 40
    )
    assert len(pieces("word " * 100_000)) == MOST_PIECES
    assert {len(piece.split()) for piece in pieces("word " * 100_000)} == {PIECE}


def test_no_reply_has_no_vector():
    assert not vectors_of(shipped(), [""]).any()

"""The encoder reads each sentence with its neighbours, whatever the text is like."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from mint_bench.encoder import (
    FIRST,
    FOLDER,
    LAST,
    MOST_TOKENS,
    NETWORK_FILE,
    Encoder,
    Head,
    Labeller,
    SentenceReader,
    with_neighbours,
)
from mint_bench.errors import MintError
from mint_bench.resources import resource

SENTENCE = "I hear how tired you are of all this waiting."
OTHER = "What would a good day look like?"


@pytest.fixture(scope="module")
def encoder(tiny_encoder):
    return Encoder(tiny_encoder)


def threads_of_blas():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def test_a_head_weighs_a_sentence_with_the_ones_before_and_after_and_the_mean():
    seen = with_neighbours(np.float32([[1, 0], [0, 1], [2, 2]]))
    assert seen[1].tolist() == [0, 1, 1, 0, 2, 2, 1, 1]
    assert seen[0, 2:4].tolist() == [0, 0]
    assert seen[2, 4:6].tolist() == [0, 0]


def test_a_head_comes_back_from_its_file_as_it_went(tmp_path):
    head = Head(*(np.ones(shape, np.float32) for shape in ((8, 3), (3,), (3, 20), (20,))))
    again = Head.from_arrays(head.arrays(), tmp_path)
    vectors = np.float32([[0.5, -1.0]])
    assert (again.logits(vectors) == head.logits(vectors)).all()
    # inputs 0.5, -1, six of which are neighbours: sum -0.5 + mean -0.5 = -1, plus bias 1 = 0
    assert head.logits(vectors).tolist() == [[pytest.approx([1.0] * 10)] * 2]


def test_a_head_of_another_version_says_what_to_do(tmp_path):
    head = Head(*(np.ones(shape, np.float32) for shape in ((8, 3), (3,), (3, 20), (20,))))
    arrays = head.arrays() | {"version": np.array("0")}
    with pytest.raises(MintError, match="run: mint-bench scorers train taggers/embedded"):
        Head.from_arrays(arrays, tmp_path)


def test_a_missing_network_says_what_to_do(tmp_path):
    with pytest.raises(MintError, match="reinstall mint-bench or run: mint-bench scorers train"):
        Encoder(tmp_path)


def test_a_damaged_network_is_one_line(tmp_path):
    (tmp_path / "encoder.onnx").write_bytes(b"not a network")
    with pytest.raises(MintError, match="damaged weights"):
        Encoder(tmp_path)


ORIGIN = (b"stack_trace", b"encoder_fit", b"site-packages")


def test_the_shipped_network_does_not_say_where_it_was_made():
    network = resource(*FOLDER, NETWORK_FILE).read_bytes()
    assert not [word for word in ORIGIN if word in network]


@pytest.mark.slow
class TestReading:
    def test_a_learned_network_does_not_say_where_it_was_made(self, tiny_encoder):
        network = (tiny_encoder / NETWORK_FILE).read_bytes()
        assert not [word for word in ORIGIN if word in network]

    def test_a_sentence_is_its_tokens_between_two_marks(self, tiny_encoder):
        reader = SentenceReader(tiny_encoder / "tokenizer.json")
        tokens = reader.tokens(SENTENCE)
        assert (tokens[0], tokens[-1]) == (FIRST, LAST)
        assert len(reader.tokens("and then " * 400)) == MOST_TOKENS + 2
        assert reader.tokens("a \ud800 b")

    def test_what_else_a_batch_holds_does_not_change_a_sentence(self, encoder):
        alone = encoder.read([SENTENCE]).logits
        encoder.read([OTHER] * 50)
        assert (encoder.read([SENTENCE]).logits == alone).all()

    def test_neighbours_do(self, encoder):
        alone = encoder.read([SENTENCE]).logits[0]
        beside = encoder.read([SENTENCE, OTHER]).logits[0]
        assert not np.allclose(alone, beside)

    def test_alike_replies_have_alike_vectors(self, encoder):
        tired, weary, cake = (
            encoder.read([text]).vector
            for text in (
                SENTENCE,
                "You sound worn out by the endless waiting.",
                "Beat the eggs with sugar and bake the cake for an hour.",
            )
        )
        assert cosine(tired, weary) > cosine(tired, cake) + 0.1

    def test_no_sentence_gives_no_logits_and_a_vector_of_zeros(self, encoder):
        reading = encoder.read([])
        assert reading.logits.shape == (0, 2, 10)
        assert np.linalg.norm(reading.vector) == 0

    def test_sentences_are_weighed_by_one_thread_of_blas(self, encoder, monkeypatch):
        """Beside a busy engine two took a hundred times as long: they wait for each other."""
        seen = []
        weigh = Head.logits

        def watched(head, vectors):
            seen.append(threads_of_blas())
            return weigh(head, vectors)

        monkeypatch.setattr(Head, "logits", watched)
        with threadpool_limits(2, user_api="blas"):
            before = threads_of_blas()
            encoder.read([SENTENCE])
            assert threads_of_blas() == before
        assert before
        assert set(seen[0]) == {1}

    def test_it_learned_what_a_question_is(self, encoder):
        asks = encoder.read(["How have you been sleeping since then?"]).logits[0]
        tells = encoder.read(["Caffeine stays in the blood for hours."]).logits[0]
        assert asks[Labeller.PEOPLE, 7] > tells[Labeller.PEOPLE, 7] + 0.5

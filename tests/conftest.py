"""Fixtures that several folders share."""

import pytest


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory):
    """A folder with an encoder that learned a little from replies written for this project."""
    from mint_bench.encoder import SentenceReader
    from mint_bench.local_models.encoder_fit import EncoderLearner
    from mint_bench.validation.fit_encoder import Material, Settings
    from mint_bench.validation.own_labels import read_written

    learn, folder = EncoderLearner(), tmp_path_factory.mktemp("encoder")
    examples = Material((), (), tuple(read_written()[:60])).examples(
        SentenceReader(learn.tokenizer())
    )
    learn(examples, Settings(epochs=3, batch=16), folder, lambda _: None)
    return folder

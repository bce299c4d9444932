"""Fixtures that several folders share."""

import os
from contextlib import ExitStack

import pytest

from tests.browser import ARGUMENTS, CHROMIUM
from tests.loopback_hub import HUB

_STACK = ExitStack()


def pytest_configure():
    """No test reaches a hub of models but the one on loopback, nor do processes that it starts."""
    os.environ["HF_ENDPOINT"] = _STACK.enter_context(HUB.running()).url


def pytest_unconfigure():
    """The end of the loopback hub."""
    _STACK.close()


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
    learn(examples, Settings(epochs=8, batch=16), folder, lambda _: None)
    return folder


@pytest.fixture(scope="module")
def chromium():
    """A running browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()

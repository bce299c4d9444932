"""The price table that ships, and a user's own."""

import pytest

from mint_bench.engines.prices import Prices, load_prices
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.price import Price


@pytest.mark.parametrize("name", sorted(load_prices().models))
def test_shipped_prices_are_of_models_as_inspect_names_them(name):
    price = load_prices().models[name]
    assert name.count("/") == 1
    assert 0 < price.input < price.output
    assert price.cached is None or price.cached < price.input


def test_every_shipped_price_says_its_source_date_and_whether_it_was_checked():
    table = load_prices()
    assert {name.partition("/")[0] for name in table.models} == set(table.sources)


def test_a_users_price_needs_no_word_about_ours():
    own = Prices(
        {"openai/x": Price(input=1, output=2)}, load_prices().sources, frozenset({"openai/x"})
    )
    assert not own.told(["openai/x"])


@pytest.mark.parametrize("number", [".inf", ".nan", "-1"])
def test_a_price_is_a_finite_amount(tmp_path, number):
    path = tmp_path / "mine.yaml"
    path.write_text(f"models: {{a/b: {{input: {number}, output: 1}}}}\n")
    with pytest.raises(MintError, match=r"mine\.yaml: models\.a/b\.input: "):
        load_prices(path)

"""Importers and parsers under hostile input: no exception but our own.

Here files in order are changed at random places, quickly; `make fuzz` lets atheris look longer.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.targets import TARGETS, seeds
from mint_bench.records import verify

JSON = ["records", "transcripts", "lm_eval_samples", "lm_eval_results", "release", "log_samples"]
YAML = ["suites", "recipes", "withdrawn"]
TAGS = ["!!bool ", "!!int ", "!!float ", "!!timestamp ", "!!null ", "!!binary ", "!!set ",
        "!!omap ", "!!pairs ", "!!str ", "!!map ", "!!seq ", "!mine ", "! ", "&a ", ""]  # fmt: skip
HEAVY = ["logs", "log_samples"]
quick = settings(max_examples=25, deadline=None, derandomize=True,
                 suppress_health_check=list(HealthCheck))  # fmt: skip
few = settings(quick, max_examples=8)

TEXT = st.one_of(
    st.text(max_size=12),
    st.sampled_from([
        "",
        "\x00",
        "\ud800",
        "\u202e",
        "../x",
        "a" * 300,
        "=1",
        "{{x}}",
        "|",
        "1",
        "2026-11-29T07:18:19",
        "9000-12-31T23:59:59-23:59",
    ]),
)
PLAIN = st.one_of(
    st.none(), st.booleans(), TEXT, st.integers(-3, 12), st.floats(allow_nan=True),
    st.sampled_from([10**30, -(10**400), 1e308, 2**63, 0.1]),
)  # fmt: skip
VALUE = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


LIKE = {
    bool: st.booleans(),
    int: st.one_of(st.integers(0, 12), st.sampled_from([-1, 10**6, 10**12])),
    float: st.one_of(st.floats(0, 1), st.sampled_from([-0.0, 5e-324, 1e9, 1e308])),
    str: TEXT,
}


def changed(draw, value):
    """The value with something else at one place, or something missing, doubled or added."""
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 6)) == 0:
        return draw(st.one_of(VALUE, LIKE.get(type(value), VALUE)))
    return (changed_object if isinstance(value, dict) else changed_list)(draw, value)


def changed_object(draw, value):
    key = draw(st.sampled_from(sorted(value)))
    how = draw(st.integers(0, 8))
    if how == 0:
        return {k: v for k, v in value.items() if k != key}
    if how == 1:
        return {**value, draw(TEXT): draw(VALUE)}
    return {**value, key: changed(draw, value[key])}


def changed_list(draw, value):
    at = draw(st.integers(0, len(value) - 1))
    how = draw(st.integers(0, 8))
    if how == 0:
        return [*value[:at], *value[at + 1 :]]
    if how == 1:
        return [*value, value[at]]
    return [*value[:at], changed(draw, value[at]), *value[at + 1 :]]


@st.composite
def hostile_json(draw, name):
    seed = draw(st.sampled_from(seeds(name))).decode()
    lines = seed.splitlines()
    at = draw(st.integers(0, len(lines) - 1))
    value = json.loads(lines[at])
    for _ in range(draw(st.integers(1, 3))):
        value = changed(draw, value)
    return "\n".join([*lines[:at], json.dumps(value), *lines[at + 1 :]]).encode()


@st.composite
def hostile_yaml(draw, name):
    value = yaml.safe_load(draw(st.sampled_from(seeds(name))))
    for _ in range(draw(st.integers(1, 3))):
        value = changed(draw, value)
    text = json.dumps(value, default=str)  # JSON is YAML
    places = [0, *(found.end() for found in re.finditer(r"[\[{:,] ?", text))]
    at = draw(st.sampled_from(places))
    return (text[:at] + draw(st.sampled_from(TAGS)) + text[at:]).encode()


@st.composite
def hostile_bytes(draw, name):
    data = bytearray(draw(st.sampled_from(seeds(name))))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        cut = draw(st.sampled_from([0, 1, 1, 4, len(data)]))
        data[at : at + cut] = draw(st.one_of(st.binary(max_size=8), st.text(max_size=4).map(
            lambda text: text.encode("utf-8", "replace"))))  # fmt: skip
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_in_order_passes_each_target(name):
    assert seeds(name)
    for seed in seeds(name):
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_bytes_raise_nothing_but_our_own(name):
    @(few if name in HEAVY else quick)
    @given(hostile_bytes(name))
    def holds(data):
        TARGETS[name](data)

    holds()


@pytest.mark.parametrize("name", JSON)
def test_changed_json_raises_nothing_but_our_own(name):
    @(few if name in HEAVY else quick)
    @given(hostile_json(name))
    def holds(data):
        TARGETS[name](data)

    holds()


@pytest.mark.parametrize("name", YAML)
def test_changed_yaml_raises_nothing_but_our_own(name):
    @quick
    @given(hostile_yaml(name))
    def holds(data):
        TARGETS[name](data)

    holds()


FOUND = [
    ("records", 'Z", "finished"', '", "finished"'),
    ("lm_eval_samples", '"filter": "none"', '"filter": []'),
    ("lm_eval_samples", '"turns": 1', '"turns": 1000000000000'),
    ("lm_eval_samples", '"max_gen_toks": 64', '"max_gen_toks": [1]'),
    ("lm_eval_samples", '"until": []', '"until": {"a": 1}'),
    ("lm_eval_results", '"date": 1700000000.5', '"date": 1e300'),
    ("lm_eval_results", '"config": {', '"config": 3, "other": {'),
    ("recipes", "tiny_cpu", "/etc/passwd"),
    ("suites", "seed: 1", "seed: !!bool x"),
    ("withdrawn", "since: 2027-03-01", "since: !!timestamp x"),
    ("roles", "a/b,c/d", "[1]"),
]


def test_hostile_records_are_looked_at_past_their_digest(monkeypatch):
    looked_at = []
    monkeypatch.setattr(verify, "_faults", lambda record, path: looked_at.append(record) or [])

    @quick
    @given(hostile_json("records"))
    def holds(data):
        TARGETS["records"](data)

    holds()
    assert len(looked_at) >= 2


@pytest.mark.parametrize(("name", "good", "bad"), FOUND)
def test_what_was_found_stays_mended(name, good, bad):
    seed = seeds(name)[0].decode()
    assert good in seed
    TARGETS[name](seed.replace(good, bad, 1).encode())


@quick
@given(st.text(max_size=60))
def test_any_text_is_a_verdict_or_a_reason(text):
    TARGETS["judge_answers"](text.encode("utf-8", "surrogatepass"))


@pytest.mark.slow
def test_atheris_runs_every_target_for_a_moment():
    pytest.importorskip("atheris")
    words = [sys.executable, "-m", "fuzz.run", "judge_answers", "transcripts", "--seconds", "20"]
    root = Path(__file__).parents[2]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    assert "2 of 2 targets held" in done.stderr

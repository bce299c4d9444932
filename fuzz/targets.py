"""What is fuzzed: each importer and parser as a function of bytes, with files to begin from.

A target lets `MintError` pass, and nothing else: whatever else comes out of it is a finding.
"""

import contextlib
import json
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from mint_bench.errors import MintError

Target = Callable[[bytes], None]
TALK = [
    {"role": "user", "content": "My flat burned down."},
    {"role": "assistant", "content": "I am so sorry. Where do you sleep?"},
]
SUITE = "name: small\nsystems: [mint/silence, {model: mint/parrot, seed: 1}]\ntasks: [multi_turn]\n"
RECIPE = "extends: tiny_cpu\nname: mine\ntraining: {max_steps: 2, learning_rate: 1.0e-5}\n"
WITHDRAWN = f"""withdrawn:
- {{record: small/0a-0b.json, digest: {"a" * 64}, since: 2027-03-01, why: Seen in training.}}
"""
TASK = "mint_gold_history"


def _file(data: bytes, name: str, read: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(MintError):
        path = Path(folder) / name
        path.write_bytes(data)
        read(path)


def records(data: bytes) -> None:
    """A record with its own digest, as whoever writes one can make it: checked, and shown."""
    from mint_bench.records.verify import verify
    from mint_bench.submissions.card import card, model_card
    from mint_bench.submissions.checks import check
    from mint_bench.submissions.known import Known

    def look(path: Path) -> None:
        record = verify(path)
        check(record, Known(_accepted()))
        card(record)
        model_card(record)

    _file(_with_digest(data), "r.json", look)


def _with_digest(data: bytes) -> bytes:
    from mint_bench.records.store import digest

    try:
        value = json.loads(data)
        return json.dumps({**value, "digest": digest(value)}).encode()
    except (ValueError, TypeError, AttributeError, RecursionError):
        return data  # no object: nothing that could hold a digest


def transcripts(data: bytes) -> None:
    """Conversations of any form: JSON Lines, an array, ShareGPT, samples of lm-eval."""
    from mint_bench.sources.transcripts import read_transcripts

    _file(data, "t.jsonl", read_transcripts)


def lm_eval_samples(data: bytes) -> None:
    """What lm-eval wrote of `mint_gold_history`."""
    from mint_bench.records.lm_eval import record_from_samples

    _file(data, f"samples_{TASK}_1.jsonl", lambda path: record_from_samples(path, None, None, "x"))


def lm_eval_results(data: bytes) -> None:
    """What lm-eval wrote of the run, beside samples that are in order."""
    from mint_bench.records.lm_eval import record_from_samples

    def read(path: Path) -> None:
        samples = path.with_name(f"samples_{TASK}_1.jsonl")
        samples.write_bytes(seeds("lm_eval_samples")[0])
        record_from_samples(samples, None, None)

    _file(data, "results_1.json", read)


def release(data: bytes) -> None:
    """A tagged file of the paper's release, with ratings that are in order."""
    from mint_bench.judging.judge import DIMENSIONS

    rated = f"conversation_id,turn_index,{','.join(DIMENSIONS)}\na,1,3,3,3,3,3,3\n"
    _imported(data, rated.encode())


def release_ratings(data: bytes) -> None:
    """A file of ratings of the paper's release."""
    _imported(seeds("release")[0], data)


def _imported(tagged: bytes, ratings: bytes) -> None:
    from mint_bench.records.mint_empathy import import_system

    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(MintError):
        root = Path(folder)
        for place, data in (
            ("outputs/s/conversations_tagged.json", tagged),
            ("eval_outputs/s/j_ratings.csv", ratings),
        ):
            path = root / place
            path.parent.mkdir(parents=True)
            path.write_bytes(data)
        import_system(root, "s", {})


def suites(data: bytes) -> None:
    """A suite."""
    from mint_bench.engines.suite import read_suite

    _file(data, "s.yaml", read_suite)


def recipes(data: bytes) -> None:
    """A training recipe."""
    from mint_bench.grpo.recipe_files import load_recipe

    _file(data, "r.yaml", lambda path: load_recipe(str(path)))


def withdrawn(data: bytes) -> None:
    """The list of withdrawn records."""
    from mint_bench.records.withdrawn import FILE, stale

    _file(data, FILE, lambda path: stale(path.parent))


def judge_answers(data: bytes) -> None:
    """What a judge or a tagger answered; nothing at all may be raised here."""
    from mint_bench.judging import parsing
    from mint_bench.tactics.tagger import TACTICS

    text = data.decode("utf-8", "surrogateescape")
    parsing.parse_rating(text)
    parsing.parse_joint(text)
    parsing.parse_binary(text)
    parsing.parse_tags(text, 2, TACTICS)
    parsing.parse_object(text, "anything")


def roles(data: bytes) -> None:
    """A role as typed."""
    from mint_bench.engines.roles import role_names, without_arguments

    text = data.decode("utf-8", "replace")
    with contextlib.suppress(MintError):
        role_names([text])
    with contextlib.suppress(MintError):
        without_arguments(text)


def logs(data: bytes) -> None:
    """A log of Inspect, byte by byte."""
    from mint_bench.inspect_plugin.logs import record_from_log

    _file(data, "l.eval", record_from_log)


def log_samples(data: bytes) -> None:
    """A log of Inspect in which one sample is what is given."""
    from mint_bench.inspect_plugin.logs import record_from_log

    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as log:
        for name, part in _log_parts().items():
            log.writestr(name, data if name.startswith("samples/") else part)
    _file(packed.getvalue(), "l.eval", record_from_log)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        records, transcripts, lm_eval_samples, lm_eval_results, release, release_ratings, suites,
        recipes, withdrawn, judge_answers, roles, logs, log_samples,
    )
}  # fmt: skip


@cache
def seeds(name: str) -> tuple[bytes, ...]:
    """Files in order, from which a target's hostile ones are made."""
    found = {
        "records": lambda: [json.dumps(value).encode() for value in _records()],
        "transcripts": lambda: [
            _lines({"id": "a", "messages": TALK}, {"messages": TALK, "metadata": {"x": 1.5}}),
            json.dumps([{"messages": TALK}]).encode(),
            _lines({"conversations": [{"from": "human", "value": "Hello."},
                                      {"from": "gpt", "value": "Hi."}]}),
            _lines(_sample()),
        ],
        "lm_eval_samples": lambda: [_lines(_sample())],
        "lm_eval_results": lambda: [json.dumps(RESULTS).encode()],
        "release": lambda: [json.dumps([TAGGED]).encode()],
        "release_ratings": lambda: [RATINGS.encode()],
        "suites": lambda: [SUITE.encode()],
        "recipes": lambda: [RECIPE.encode()],
        "withdrawn": lambda: [WITHDRAWN.encode()],
        "judge_answers": lambda: [b'{"score": 4}', b"4/5", b'```json\n{"s1": ["advice"]}\n```'],
        "roles": lambda: [b"grader=a/b,c/d", b"grader={model: a/b, model_args: {api_key: x}}"],
        "logs": lambda: [_log()],
        "log_samples": lambda: [
            part for name, part in _log_parts().items() if name.startswith("samples/")
        ],
    }[name]()  # fmt: skip
    return tuple(found)


RESULTS: dict[str, Any] = {
    "configs": {TASK: {}},
    "config": {"model": "hf", "model_args": {"pretrained": "some/model"}},
    "date": 1700000000.5,
    "chat_template": "x",
    "system_instruction": None,
    "lm_eval_version": "0.4.13",
}
TAGGED: dict[str, Any] = {
    "conversation_id": "a",
    "conversation_history": TALK[:1],
    "model_response": "I am so sorry.",
    "sentence_tactics": [["validation"]],
    "model": "m",
}
RATINGS = (
    "conversation_id,turn_index,validating_emotions,encouraging_elaboration,"
    "demonstrating_understanding,advice_giving,self_oriented,dismissing_emotions\n"
    "a,1,3,3,3,3,3,\n"
)


def _lines(*values: object) -> bytes:
    return "".join(f"{json.dumps(value)}\n" for value in values).encode()


def _sample() -> dict[str, Any]:
    doc = {
        "id": "a/1", "conversation": "a", "t": 1, "turns": 1, "language": "en",
        "source": "starter", "revision": "r", "max_turns": None, "has_human": True,
        "system_prompt": "Be kind.", "messages": TALK[:1], "human": "Oh.",
    }  # fmt: skip
    asked = {"until": [], "do_sample": False, "max_gen_toks": 64}
    return {
        "doc_id": 0, "doc": doc, "arguments": {"gen_args_0": {"arg_0": "x", "arg_1": asked}},
        "resps": [["How so?"]], "filtered_resps": ["How so?"], "filter": "none",
    }  # fmt: skip


@cache
def _records() -> tuple[dict[str, Any], ...]:
    """The first two conversations of a small record under each seeker, of a model if one is."""
    from mint_bench.resources import ids_sha, resource

    found: dict[object, dict[str, Any]] = {}
    shipped = sorted(resource("results").glob("*/*.json"), key=lambda path: path.stat().st_size)
    values = [json.loads(path.read_text("utf-8")) for path in shipped]
    for value in sorted(values, key=lambda value: str(value["kind"]) != "model"):
        found.setdefault((value["board"]["seeker"] or {}).get("name"), value)
    for value in found.values():
        value["conversations"] = value["conversations"][:2]
        value["board"]["source"]["ids_sha"] = ids_sha({c["id"] for c in value["conversations"]})
    return tuple(found.values())


@cache
def _accepted() -> tuple[Any, ...]:
    from mint_bench.records.store import parse

    return tuple(parse(json.loads(_with_digest(seed)), "seed") for seed in seeds("records"))


@cache
def _log() -> bytes:
    """A log of a run of one conversation with a system that says nothing of its own."""
    from inspect_ai import eval as inspect_eval

    from mint_bench import multi_turn

    with tempfile.TemporaryDirectory() as folder:
        talks = Path(folder) / "talks.jsonl"
        talks.write_bytes(_lines({"id": "a", "messages": TALK}))
        task = multi_turn(source=f"file:{talks}", tagger="embedded-fast", judge="none")
        [log] = inspect_eval(task, model="mint/parrot", log_dir=folder, display="none")
        return Path(log.location.removeprefix("file://")).read_bytes()


@cache
def _log_parts() -> dict[str, bytes]:
    from inspect_ai._util import zipfile as _zstd  # noqa: F401 - teaches zipfile to unpack it

    with zipfile.ZipFile(BytesIO(_log())) as log:
        return {name: log.read(name) for name in log.namelist()}

"""How much a server had in its prefix cache: read from a page such as vLLM serves."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mint_bench.engines.prefix_cache import CacheUse, cache_use, metrics_address, parse_metrics
from mint_bench.engines.prices import load_prices
from mint_bench.engines.progress import Watch
from mint_bench.engines.run import run_suite
from mint_bench.engines.suite import Suite
from tests.inspect_plugin.judge_server import JudgeServer

PAGE = """\
# HELP vllm:prefix_cache_queries_total Prefix cache queries, in terms of number of queried tokens.
# TYPE vllm:prefix_cache_queries_total counter
vllm:prefix_cache_queries_total{{engine="0",model_name="a b}} c"}} {queried}
vllm:prefix_cache_queries_total{{engine="1",model_name="m"}} 100.0
# TYPE vllm:prefix_cache_queries_created gauge
vllm:prefix_cache_queries_created{{engine="0",model_name="m"}} 1.7e+09
vllm:prefix_cache_hits_total{{engine="0",model_name="m"}} {found} 1700000000
vllm:external_prefix_cache_hits_total{{engine="0",model_name="m"}} 9999
vllm:request_success_total{{finished_reason="stop"}} 4.0
"""


@contextmanager
def serving(answer):
    """A server whose GET answers `answer(path)`: a status and a text."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            status, text = answer(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def test_counters_are_read_beside_the_address_and_summed_over_engines():
    asked = []

    def answer(path):
        asked.append(path)
        return 200, PAGE.format(queried="3e2", found=320)

    with serving(answer) as url:
        assert cache_use(url) == CacheUse(400, 320)
    assert asked == ["/metrics"]
    assert CacheUse(400, 320).rate == 0.8


@pytest.mark.parametrize(
    "answer", [(404, "no"), (200, "<html>a page</html>"), (200, ""), (500, PAGE)]
)
def test_a_server_that_publishes_nothing_is_no_fault(answer):
    with serving(lambda path: answer) as url:
        assert cache_use(url) is None


def test_a_server_that_is_gone_or_no_web_address_is_no_fault():
    with serving(lambda path: (200, "")) as url:
        pass
    assert cache_use(url) is None
    assert metrics_address("bedrock:eu-west-1") is None
    assert cache_use(None) is None


def test_only_what_came_since_is_counted_and_a_new_start_counts_from_nothing():
    assert CacheUse(500, 300).since(CacheUse(100, 50)) == CacheUse(400, 250)
    assert CacheUse(40, 10).since(CacheUse(100, 50)) == CacheUse(40, 10)
    assert CacheUse(0, 0).rate is None


def test_damaged_numbers_are_passed_over():
    assert parse_metrics("vllm:prefix_cache_queries_total lots") is None


class CachingServer(JudgeServer):
    """A model's server that also tells of its prefix cache: 100 tokens asked, 80 found, a call."""

    def _handler(self):
        outer, base = self, super()._handler()

        class Handler(base):
            def do_GET(self):  # noqa: N802 - the base's name
                calls = len(outer.requests)
                text = PAGE.format(queried=calls * 100, found=calls * 80)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(text.encode())

        return Handler


def test_a_suite_tells_how_much_its_servers_had_in_their_cache(tmp_path):
    with CachingServer(lambda *asked: '{"score": 3}').running() as server:
        server.requests.append({})  # what was asked before the suite is not the suite's
        judge = {
            "model": "openai-api/judge/j",
            "model_args": {"base_url": server.url, "api_key": "none"},
        }
        given = Suite.model_validate(
            {"source": "starter", "limit": 1, "max_turns": 1, "tagger": "none", "judge": "llm",
             "systems": ["mint/parrot"], "roles": {"grader": judge}}
        )  # fmt: skip
        watch = Watch(0, load_prices())
        result = run_suite(given, tmp_path / "logs", tmp_path / "results", watch)
    [(name, use)] = result.watch.caches.items()
    assert server.url == f"http://{name}/v1"
    assert use == CacheUse(600, 480)

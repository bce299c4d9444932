"""Inspect's viewer beside the pages: a real log in it, one click from a conversation."""

import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mint_bench.inspect_plugin.log_viewer import LogViewer
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.tasks import multi_turn
from mint_bench.inspect_plugin.told import LogTeller
from mint_bench.leaderboard.build import build
from tests.browser import needs_chromium
from tests.inspect_plugin.runs import RULES, Recorder, run

REPLY = "A reply that nobody gave before."


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """The record of a run on conversations that may be passed on, and its folder of logs."""
    logs = tmp_path_factory.mktemp("run") / "logs"
    model = Recorder(lambda call, messages: REPLY).model()
    log = run(multi_turn(source="starter", tagger="none", judge="none"), model, logs, limit=2)
    return record_from_log(Path(log.location)), logs


def built(record, logs, out):
    teller = LogTeller(logs)
    return build([record], out / "site", teller, viewer=LogViewer([teller])).parent


@pytest.fixture(scope="module")
def site(logged, tmp_path_factory):
    return built(*logged, tmp_path_factory.mktemp("built"))


def link_of(site):
    page = next(site.rglob("talk-1.html"))
    return page, re.search(r'href="(\S+/viewer/index.html#[^"]+)"', page.read_text("utf-8"))[1]


def test_a_conversation_links_to_the_viewer_that_holds_its_log(logged, site):
    record, logs = logged
    page, link = link_of(site)
    assert (page.parent / link.partition("#")[0]).is_file()
    [log] = (site / "viewer" / "logs").rglob("*.eval")
    assert log.read_bytes() == next(logs.rglob("*.eval")).read_bytes()
    place = f"#/logs/{log.relative_to(site / 'viewer' / 'logs')}/samples/sample/"
    assert place in link
    assert record.conversations[0].id in link


def test_the_viewer_holds_no_path_of_the_machine_that_built_it(logged, site):
    index = (site / "viewer" / "index.html").read_text("utf-8")
    assert '"log_dir": "logs"' in index
    assert "/given" not in index


def test_the_next_build_replaces_the_viewer(logged, site, tmp_path):
    out = built(*logged, tmp_path)
    build([], out)
    assert not (out / "viewer").exists()


def test_a_log_that_may_not_be_passed_on_is_in_no_viewer(talks, tmp_path):
    model = Recorder(lambda call, messages: REPLY).model()
    log = run(multi_turn(source=talks, **RULES), model, tmp_path / "logs")
    out = built(record_from_log(Path(log.location)), tmp_path / "logs", tmp_path)
    assert not (out / "viewer").exists()
    assert not any(REPLY.encode() in p.read_bytes() for p in out.rglob("*") if p.is_file())


@pytest.mark.slow
@pytest.mark.browser
@needs_chromium
def test_the_link_opens_the_conversation_in_the_viewer(site, chromium):
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=site)
    )
    Thread(target=server.serve_forever, daemon=True).start()
    page_file, _ = link_of(site)
    address = f"http://127.0.0.1:{server.server_port}/{page_file.relative_to(site)}"
    page = chromium.new_page()
    page.goto(address)
    page.get_by_role("link", name="Whole log in Inspect").click()
    page.get_by_text(REPLY).first.wait_for(timeout=90_000)
    page.close()
    server.shutdown()

"""A language model behind HTTP, on loopback: it answers each prompt as it is told, or fails."""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from inspect_ai.model import GenerateConfig, get_model

HANG, TOO_MANY, BROKEN, CUT, PROSE = "hang", "429", "500", "cut json", "prose"
REFUSED, TOO_LONG, AWAY = "401", "400", "away"
REPLY = re.compile(r'BEGIN REPLY\n\{"supporter": (".*")\}\nEND REPLY')
FAULTS = (HANG, TOO_MANY, BROKEN, CUT, PROSE)
ONCE = GenerateConfig(max_retries=0)
BRIEF = GenerateConfig(max_retries=0, attempt_timeout=12)  # a server that hangs, not a busy one


def reply_in(user):
    """The reply that a judge is asked about."""
    return json.loads(REPLY.search(user)[1])


class Listening(ThreadingHTTPServer):
    """Takes as many calls at once as a panel makes.

    Beyond the five that wait by default, Linux drops a connection's first packet, and whether the
    later ones come before the client's patience ends is chance.
    """

    daemon_threads = True
    request_queue_size = 256


class JudgeServer:
    """A server of OpenAI's API, in both its forms.

    What it says is `answer(model, system, user)`: text, or one of `FAULTS`.

    Attributes:
        counts: Whether it counts tokens for others, as vLLM does: a word is one.
        reasoning: Tokens of hidden reasoning that it says it wrote, None where it says nothing.
        usage: Whether it says how many tokens an answer took.
        finish: Why its answers end, as it says.
        opens: What its chat template puts before an answer, on any variables of the template.
        counted: What it was asked to count.
    """

    def __init__(
        self, answer, *, counts=False, reasoning=None, usage=True, finish="stop", opens=str
    ):
        self.answer, self.counts, self.reasoning, self.counted = answer, counts, reasoning, []
        self.usage, self.finish, self.opens = usage, finish, opens
        self.requests, self.headers = [], []
        self.lock = threading.Lock()
        self.over = threading.Event()

    def model(self, name="large", config=ONCE):
        """A model of Inspect that reaches this server."""
        return get_model(
            f"openai-api/judge/{name}", base_url=self.url, api_key="none", config=config,
            memoize=False,
        )  # fmt: skip

    @contextmanager
    def running(self):
        server = Listening(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            server.shutdown()
            server.server_close()

    def _handler(outer):  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/tokenize" and "messages" in body:
                    pieces = list(outer.opens(**body["chat_template_kwargs"]))
                    told = {"tokens": [1] * len(pieces), "token_strs": pieces}
                    return send_json(self, 200 if outer.counts else 404, told)
                if self.path == "/tokenize":
                    outer.counted.append((body["model"], body["prompt"]))
                    tokens = [1] * len(body["prompt"].split())
                    return send_json(self, 200 if outer.counts else 404, {"tokens": tokens})
                said = _said(body)
                with outer.lock:
                    outer.requests.append(body)
                    outer.headers.append(self.headers)
                answer = outer.answer(body["model"], said["system"], said["user"])
                if answer == HANG:
                    outer.over.wait(60)
                elif answer == AWAY:
                    self.close_connection = True
                elif answer in {TOO_MANY, BROKEN, REFUSED}:
                    send_json(
                        self, int(answer), {"error": {"message": said["user"], "code": answer}}
                    )
                elif answer == TOO_LONG:
                    told = "This model's maximum context length is 2048 tokens."
                    error = {"message": told, "code": "context_length_exceeded"}
                    send_json(self, 400, {"error": error})
                else:
                    text = {CUT: '{"score": ', PROSE: "I would rather not say."}.get(answer, answer)
                    made = _response if "input" in body else _completion
                    value = made(body["model"], text, outer.reasoning)
                    for choice in value.get("choices", []):
                        choice["finish_reason"] = outer.finish
                    send_json(self, 200, value if outer.usage else {**value, "usage": None})
                return None

        return Handler


def send_json(handler, status, value):
    """Answer a request with JSON, whole and with its length."""
    data = json.dumps(value).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def _said(body):
    """What each speaker said last, in either of OpenAI's forms of a request."""
    messages = body["input"] if "input" in body else body["messages"]
    if isinstance(messages, str):
        return {"system": None, "user": messages}
    said = {m["role"]: _text(m["content"]) for m in messages if "role" in m}
    return {"system": said.get("developer"), **said}


def _text(content):
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def _response(model, text, reasoning):
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"id": "m", "type": "message", "role": "assistant", "status": "completed"}
    return {
        "id": "r", "object": "response", "created_at": 0, "model": model, "status": "completed",
        "output": [{**message, "content": [part]}], "parallel_tool_calls": False,
        "tool_choice": "auto", "tools": [],
        "usage": {"input_tokens": 100, "output_tokens": 5, "total_tokens": 105,
                  "input_tokens_details": {"cached_tokens": 60},
                  "output_tokens_details": {"reasoning_tokens": reasoning or 0}},
    }  # fmt: skip


def _completion(model, text, reasoning):
    details = {} if reasoning is None else {"reasoning_tokens": reasoning}
    return {
        "id": "c", "object": "chat.completion", "created": 0, "model": model,
        "choices": [{"index": 0, "finish_reason": "stop",
                     "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105,
                  "prompt_tokens_details": {"cached_tokens": 60},
                  "completion_tokens_details": details or None},
    }  # fmt: skip

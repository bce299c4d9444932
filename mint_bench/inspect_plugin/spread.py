"""Several servers of one model as one model: `spread/PROVIDER/NAME` with all their addresses.

All turns of a conversation go to one server, whose prefix cache then holds its beginning; a new
conversation goes to the one with least to do. The copies of the weights within one vLLM server
are servers in this, too. None is started here.
"""

import time
from typing import Any

from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    ModelAPI,
    ModelCall,
    ModelOutput,
    RetryDecision,
    get_model,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo
from inspect_ai.util import store

PROVIDER = "spread"
SEPARATOR = ","
RANK_HEADER = "X-data-parallel-rank"
"""By which vLLM is told which of its copies of the weights shall answer."""
AWAY = 60.0
"""Seconds for which a server that could not be reached is left alone."""
TOKENIZE_SECONDS = 30.0
BROKEN = 500
"""The first status that says nothing of what a server can do."""
NO_SUCH_PLACE = (404, 405)
AT_ONCE = 32
"""Requests at a time and server."""


def name_on_server(model: str) -> str:
    """What a server calls a model that Inspect names with its provider.

    >>> name_on_server("vllm/a/b:c"), name_on_server("openai-api/box/a/b")
    ('c', 'a/b')
    """
    provider, _, name = model.partition("/")
    if provider == "vllm":
        return name.partition(":")[2] or name
    return name.partition("/")[2] if provider == "openai-api" else name


def key_variable(model: str) -> str:
    """The environment's variable of a model's key, as Inspect names it.

    >>> key_variable("openai-api/my-box/a"), key_variable("vllm/a/b")
    ('MY_BOX_API_KEY', 'VLLM_API_KEY')
    """
    return f"{_service(model)}_API_KEY"


def address_variable(model: str) -> str:
    """The environment's variable of the address of a model's server, as Inspect names it.

    >>> address_variable("openai-api/my-box/a")
    'MY_BOX_BASE_URL'
    """
    return f"{_service(model)}_BASE_URL"


def _service(model: str) -> str:
    provider, _, rest = model.partition("/")
    service = rest.partition("/")[0] if provider == "openai-api" else provider
    return service.upper().replace("-", "_")


def at_rank(url: str, rank: int) -> str:
    """The address of one of a vLLM server's copies of the weights.

    >>> at_rank("http://127.0.0.1:8000/v1", 1)
    'http://127.0.0.1:8000/v1#1'
    """
    return f"{url}#{rank}"


def _to_rank(config: GenerateConfig, url: str) -> GenerateConfig:
    """The settings of a request, with the copy that its address names."""
    rank = url.partition("#")[2]
    headers = {**(config.extra_headers or {}), RANK_HEADER: rank}
    return config.merge(GenerateConfig(extra_headers=headers)) if rank else config


def _plain(model: str) -> str:
    """Inspect's provider `vllm` keeps one server a model; as a plain server it may have several."""
    return f"openai-api/vllm/{name_on_server(model)}" if model.startswith("vllm/") else model


@modelapi(name=PROVIDER)
class SpreadModel(ModelAPI):
    """One model on several servers.

    Args:
        model_name: As Inspect names it on one of them, provider first.
        base_url: All addresses, with commas between, a vLLM server's copies as `at_rank` names
            them; Inspect takes no address for a part of what is measured, so a run goes on with
            other servers.
        api_key: For all of them.
        config: As for one.
    """

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig | None = None,
    ) -> None:
        config = config or GenerateConfig()
        super().__init__(model_name, base_url, api_key, [], config)
        self._urls = (base_url or "").split(SEPARATOR)
        self._servers = [
            get_model(  # inspect-evals-lint: ignore[get_model_location] -- what this is made of
                _plain(model_name),
                config=config,
                base_url=url.partition("#")[0],
                api_key=api_key,
                memoize=False,
            ).api
            for url in self._urls
        ]
        self._open = [0] * len(self._servers)
        self._conversations = [0] * len(self._servers)
        self._lost: dict[int, float] = {}
        self._counts = True
        self._key = f"mint_bench_server:{base_url}"

    @property
    def first(self) -> ModelAPI:
        """How the first of the servers is asked, as all of them are."""
        return self._servers[0]

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002 - Inspect's name
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput | tuple[ModelOutput | Exception, ModelCall]:
        """Ask the conversation's server; another one where that cannot be reached."""
        from openai import APIConnectionError, APITimeoutError

        while True:
            n = self._chosen()
            self._open[n] += 1
            try:
                to_it = _to_rank(config, self._urls[n])
                return await self._servers[n].generate(input, tools, tool_choice, to_it)
            except APIConnectionError as error:
                # A server that is slow has the request still; one that is away has nothing.
                if isinstance(error, APITimeoutError):
                    raise
                self._lost[n] = time.monotonic()
                if len(self._down()) == len(self._servers):
                    raise
            finally:
                self._open[n] -= 1

    async def tokenize(self, text: str) -> list[int]:
        """A text's tokens, from the conversation's server: as vLLM counts for others.

        Raises:
            NotImplementedError: If the server counts for nobody; it is not asked again.
        """
        found = (await self._tokenized({"prompt": text, "add_special_tokens": False})).get("tokens")
        if isinstance(found, list) and (found or not text):
            return found
        self._counts = False
        raise NotImplementedError(f"{self.model_name}: its server does not count tokens")

    async def prompt_of(self, messages: list[dict[str, str]], template: dict[str, object]) -> str:
        """What the chat template makes of messages, up to a reply; nothing where nobody says.

        Args:
            messages: With role and content.
            template: Further variables of the chat template.
        """
        asked = {"messages": messages, "return_token_strs": True, "chat_template_kwargs": template}
        pieces = (await self._tokenized(asked)).get("token_strs")
        return "".join(pieces) if isinstance(pieces, list) else ""

    async def _tokenized(self, asked: dict[str, object]) -> dict[str, Any]:
        """An answer of the conversation's server; an empty one if it counts for nobody."""
        n = self._chosen()
        server, url = self._servers[n], self._urls[n].partition("#")[0]
        client = getattr(server, "http_client", None)
        if not self._counts or client is None:
            return {}
        answer = await client.post(
            f"{url.removesuffix('/v1')}/tokenize",
            json={"model": name_on_server(self.model_name), **asked},
            headers={"Authorization": f"Bearer {self.api_key}"},
            timeout=TOKENIZE_SECONDS,
        )
        if answer.status_code >= BROKEN:
            answer.raise_for_status()
        self._counts = answer.status_code not in NO_SUCH_PLACE
        found = answer.json() if answer.is_success else None
        return found if isinstance(found, dict) else {}

    def _down(self) -> set[int]:
        """Servers that could not be reached of late; later they are tried again."""
        now = time.monotonic()
        return {n for n, since in self._lost.items() if now - since < AWAY}

    def _chosen(self) -> int:
        down = self._down()
        kept = store().get(self._key)
        if isinstance(kept, int) and kept not in down:
            return kept
        up = [n for n in range(len(self._servers)) if n not in down] or [0]
        chosen = min(up, key=lambda n: (self._open[n], self._conversations[n]))
        self._conversations[chosen] += 1
        store().set(self._key, chosen)
        return chosen

    def should_retry(self, ex: Exception) -> bool | RetryDecision:
        """Not where every server is away; else as for one of them."""
        if len(self._down()) == len(self._servers):
            return False
        return self._servers[0].should_retry(ex)

    def max_connections(self) -> int:
        """As many as all servers take."""
        return AT_ONCE * len(self._servers)

    def connection_key(self) -> str:
        """All requests to these servers share one limit."""
        return str(self.base_url)

    async def aclose(self) -> None:
        """Close the clients."""
        for server in self._servers:
            await server.aclose()

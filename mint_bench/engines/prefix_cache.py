"""How much of the prompts a server had in its prefix cache, from the counters that vLLM publishes.

Reads `/metrics` beside a server's address; a server that publishes nothing is no fault.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import requests

TIMEOUT_SECONDS = 5
QUERIED, FOUND = "vllm:prefix_cache_queries_total", "vllm:prefix_cache_hits_total"
_SAMPLE = re.compile(r"^(?P<name>[A-Za-z_:][\w:]*)(?:\{.*\})?\s+(?P<value>[^\s]+)(?:\s+\d+)?$")


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Prompt tokens that a server looked up in its prefix cache, and those it found.

    Attributes:
        queried: Tokens looked up.
        found: Tokens that were there.
    """

    queried: float
    found: float

    @property
    def rate(self) -> float | None:
        """Part of the tokens that was there; None where none was looked up."""
        return self.found / self.queried if self.queried else None

    def since(self, before: "CacheUse") -> "CacheUse":
        """What came after `before`; a server that began anew meanwhile counts from nothing."""
        if self.queried < before.queried:
            return self
        return CacheUse(self.queried - before.queried, self.found - before.found)


def parse_metrics(text: str) -> CacheUse | None:
    r"""The counters in a page in Prometheus' text form, summed over a server's engines.

    >>> parse_metrics('vllm:prefix_cache_queries_total{engine="0"} 40\n'
    ...               'vllm:prefix_cache_hits_total{engine="0"} 3e1').rate
    0.75
    """
    sums: dict[str, float] = {}
    for line in text.splitlines():
        sample = _SAMPLE.match(line.strip())
        if sample and sample["name"] in {QUERIED, FOUND}:
            try:
                value = float(sample["value"])
            except ValueError:
                continue
            sums[sample["name"]] = sums.get(sample["name"], 0.0) + value
    return CacheUse(sums[QUERIED], sums.get(FOUND, 0.0)) if QUERIED in sums else None


def metrics_address(base_url: str) -> str | None:
    """Where a server of this address publishes its counters; None for what is no web address.

    >>> metrics_address("http://127.0.0.1:8000/v1")
    'http://127.0.0.1:8000/metrics'
    """
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return urlunsplit((parts.scheme, parts.netloc, "/metrics", "", ""))


def cache_use(base_url: str | None) -> CacheUse | None:
    """A server's counters now; None where it publishes none or does not answer."""
    address = metrics_address(base_url) if base_url else None
    if address is None:
        return None
    try:
        answer = requests.get(address, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
    except requests.RequestException:
        return None
    return parse_metrics(answer.text)

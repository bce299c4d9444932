"""Servers that are there already (`--base-url`): asked beforehand whether they will do.

Starts none and generates nothing.
"""

import os
import re
from urllib.parse import urlparse

import requests

from mint_bench.engines.decide import BARE
from mint_bench.errors import MintError, suggestion
from mint_bench.inspect_plugin.spread import PROVIDER, SEPARATOR, key_variable, name_on_server
from mint_bench.secrecy import has_secret

PATIENCE = 10.0
NOT_UP = frozenset({500, 502, 503, 504})
"""What a server says that is at fault, or that stands before one that is."""
NO_KEY = "none"
"""Sent where the user set no key: a server on one's own machine mostly wants none."""
_REFUSED = re.compile(r"\b(?:Error code:|status) 40[13]\b")
"""What the clients of providers say."""


def normal_url(text: str) -> str:
    """A server's address as clients take it: `/v1` at its end if there is no path.

    >>> normal_url("http://gpu1:8000"), normal_url("http://gpu1:8000/v1/")
    ('http://gpu1:8000/v1', 'http://gpu1:8000/v1')

    Raises:
        MintError: If it is no address, or one with a password or key in it.
    """
    refuse_secrets(text, "--base-url")
    try:
        parts = urlparse(text.strip())
        known = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a bracket left open, a port out of range
        known = False
    if not known:
        raise MintError(f"--base-url {text!r} is no address; write http://HOST:PORT/v1")
    return text.strip().rstrip("/") + ("" if parts.path.strip("/") else "/v1")


def refuse_secrets(address: str, what: str) -> None:
    """Refuse an address that logs would keep together with what should stay secret.

    Raises:
        MintError: If it carries a user, a password, a query or a fragment; it is not repeated.
    """
    if has_secret(address):
        raise MintError(
            f"{what}: the address carries a user, a password, a query or a fragment, and logs keep "
            "addresses; give the bare one, and the key in the environment (PROVIDER_API_KEY)"
        )


def on_servers(typed: str, model: str, base_urls: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Inspect's name and arguments for a model on one server or several.

    One is reached as several are, so that a run may go on with more of them or fewer.

    Args:
        typed: The model as typed. Where the servers list that, it is their name for the model,
            though it may begin like one of Inspect's providers.
        model: As Inspect names it otherwise.
        base_urls: Addresses of the servers.

    Raises:
        MintError: If an address is not in form, a server does not answer, refuses the key, or has
            no such model.
    """
    urls = list(dict.fromkeys(map(normal_url, base_urls)))
    variable = key_variable(model)
    key = os.environ.get(variable) or NO_KEY
    names = (typed, name_on_server(model))
    if {_check(url, key, variable, names) for url in urls} == {typed}:
        model = f"{BARE}{typed}"
        key = os.environ.get(key_variable(model)) or key
    return f"{PROVIDER}/{model}", {"base_url": SEPARATOR.join(urls), "api_key": key}


def check_key(name: str, model: str, said: str) -> None:
    """Say of a run that failed as a whole that its key was refused, where that was it.

    Args:
        name: Of the model, as typed.
        model: As Inspect names it, on several servers or one.
        said: What the failure says.

    Raises:
        MintError: If so.
    """
    if _REFUSED.search(said):
        variable = key_variable(model.removeprefix(f"{PROVIDER}/"))
        raise MintError(
            f"{name}: the key is refused; set {variable}, then the same command"
        ) from None


def _check(url: str, key: str, variable: str, names: tuple[str, ...]) -> str:
    """What the server calls the model, the first of some names; the last where it lists none."""
    name = names[-1]
    try:
        answer = requests.get(
            f"{url}/models", headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE
        )
    except requests.RequestException as error:
        raise MintError(
            f"--base-url {url}: no server answers ({type(error).__name__}); start it, or correct "
            "the address"
        ) from None
    if answer.status_code in {401, 403}:
        raise MintError(f"--base-url {url}: the key is refused; set {variable}")
    if answer.status_code in NOT_UP:
        raise MintError(
            f"--base-url {url}: the server answers with status {answer.status_code}; wait until it "
            "is up, or correct the address"
        )
    if not answer.ok:  # not every server lists its models
        return name
    try:
        listed = answer.json()
    except ValueError:
        raise MintError(
            f"--base-url {url}: what answers there is no server of models (no JSON); correct the "
            "address"
        ) from None
    try:
        known = [str(entry["id"]) for entry in listed["data"]]
    except (KeyError, TypeError):
        return name
    if known and not set(names) & set(known):
        raise MintError(f"--base-url {url} has no model {name!r}; {suggestion(name, known)}")
    return next((one for one in names if one in known), name)

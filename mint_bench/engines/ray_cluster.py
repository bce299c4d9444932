"""A Ray cluster that is there: asked beforehand whether it will do, in one line where it will not.

Starts none.
"""

import importlib.util
import os
import socket
import subprocess
import sys

from mint_bench.errors import MintError, beginning

TIMEOUT_SECONDS = 10
PATIENCE = 45
"""Seconds for Ray's own question; most of it is the time that Ray takes to be imported."""

# HTTP/2, which Ray's gRPC speaks, begins with these words and a frame of settings on either side.
_OPENING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
_FRAME, _KIND, _SETTINGS = 9, 3, 4


def check_cluster(address: str) -> None:
    """Refuse at once what Ray would ask for minutes.

    Args:
        address: `HOST:PORT`, `auto` for the cluster of this machine, `local` to start one here.

    Raises:
        MintError: If Ray is not installed, nothing listens there, or what listens is no cluster of
            this version of Ray.
    """
    if importlib.util.find_spec("ray") is None:
        raise MintError("--ray needs Ray; install it: pip install 'mint-bench[ray]'")
    if address == "local":
        return
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        try:
            _check_port(host.strip("[]"), int(port), address)
        except OSError as error:
            raise MintError(f"--ray {address}: no cluster there ({error})") from None
    elif address != "auto":
        raise MintError(
            f"--ray {address}: write HOST:PORT, or auto for the cluster of this machine"
        )
    if not address.startswith("ray://"):
        _check_health(address)


def check_for_vllm(address: str) -> None:
    """Refuse an address through which vLLM's workers cannot be started.

    Raises:
        MintError: If it is one of Ray's client, whose machine is no part of the cluster, or
            `check_cluster` refuses it.
    """
    if address.startswith("ray://"):
        raise MintError(
            f"--ray {address}: vLLM starts its workers from a machine of the cluster; run this "
            "there, with --ray auto or --ray HOST:PORT"
        )
    check_cluster(address)


def _check_port(host: str, port: int, address: str) -> None:
    """Refuse a port on which something else than gRPC speaks; with TLS, Ray itself must find out.

    Raises:
        OSError: If nothing listens there.
        MintError: If so.
    """
    with socket.create_connection((host, port), TIMEOUT_SECONDS) as there:
        if os.environ.get("RAY_USE_TLS", "0") not in {"", "0"}:
            return
        there.sendall(_OPENING)
        try:
            frame = there.recv(_FRAME, socket.MSG_WAITALL)
        except OSError:
            frame = b""
    if len(frame) < _FRAME or frame[_KIND] != _SETTINGS:
        raise MintError(
            f"--ray {address}: what listens there is no Ray cluster; give the address that `ray "
            "start --head` printed (its port is 6379 unless you said otherwise)"
        )


def _check_health(address: str) -> None:
    """Let Ray's own command ask, which is ended if it goes on asking.

    Raises:
        MintError: If the cluster does not answer as one of this Ray's version.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            _asking(address), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise MintError(f"--ray {address}: no cluster answers there within {PATIENCE} s") from None
    if done.returncode:
        told = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = next(
            (line for line in reversed(told) if "Error: " in line), told[-1] if told else ""
        )
        raise MintError(
            f"--ray {address}: no cluster there that will do ({beginning(reason, 200)})"
        )


def _asking(address: str) -> list[str]:
    return [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address]

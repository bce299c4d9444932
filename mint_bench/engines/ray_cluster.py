"""A Ray cluster that is there: asked beforehand whether it will do, in one line where it will not.

Starts none.
"""

import importlib.util
import socket

from mint_bench.errors import MintError

TIMEOUT_SECONDS = 10


def check_cluster(address: str) -> None:
    """Refuse at once what Ray would ask for minutes.

    Args:
        address: `HOST:PORT`, `auto` for the cluster of this machine, `local` to start one here.

    Raises:
        MintError: If Ray is not installed, or nothing listens there.
    """
    if importlib.util.find_spec("ray") is None:
        raise MintError("--ray needs Ray; install it: pip install 'mint-bench[ray]'")
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not (colon and port.isdigit()):
        return
    try:
        socket.create_connection((host, int(port)), TIMEOUT_SECONDS).close()
    except OSError as error:
        raise MintError(f"--ray {address}: no cluster there ({error})") from None


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

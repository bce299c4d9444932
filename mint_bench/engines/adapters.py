"""LoRA adapters as `BASE:ADAPTER` names them: where they are, and one for each tactic.

Finds files and reads their configuration; loads no weights.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from mint_bench.engines.decide import ADAPTER_CONFIG
from mint_bench.engines.fingerprint import fingerprint
from mint_bench.errors import MintError, on_one_line
from mint_bench.files import typed_folder
from mint_bench.tactics.tagger import TACTICS


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter on this machine.

    Attributes:
        name: What a server calls it, with what pins it where it is a folder: two may be called
            the same. Without slashes, which would make it a name on the hub.
        path: Its folder.
        rank: Of its matrices.
    """

    name: str
    path: Path
    rank: int


def find_adapters(text: str) -> list[Adapter]:
    """The adapters that a name stands for.

    Args:
        text: A folder or a name on the hub (`ORGANISATION/NAME`, `@REVISION` after it): of one
            adapter, or of ten in subfolders that are named after the tactics.

    Returns:
        One adapter, or ten in the taxonomy's order.

    Raises:
        MintError: If there is none, or only some of the ten are there.
    """
    typed = typed_folder(text)
    name = f"{typed.resolve().name}-{fingerprint(typed)}" if typed else text.replace("/", "--")
    folder = typed or _from_hub(text)
    if (folder / ADAPTER_CONFIG).is_file():
        return [_adapter(name, folder)]
    found = {
        tactic: path
        for path in sorted(folder.iterdir())
        if (path / ADAPTER_CONFIG).is_file() and (tactic := _tactic(path.name))
    }
    if not found:
        raise MintError(
            f"{text}: there is no {ADAPTER_CONFIG}, and no subfolder of a tactic's adapter"
        )
    if missing := [tactic for tactic in TACTICS if tactic not in found]:
        raise MintError(f"{text}: there is no adapter for {', '.join(missing)}")
    return [_adapter(f"{name}--{tactic}", found[tactic]) for tactic in TACTICS]


def _tactic(folder: str) -> str | None:
    """The tactic in a folder's name, the longest where one name is part of another."""
    plain = folder.lower().replace("-", "_").replace(" ", "_")
    return max((tactic for tactic in TACTICS if tactic in plain), key=len, default=None)


def _adapter(name: str, folder: Path) -> Adapter:
    try:
        rank = int(json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))["r"])
    except (ValueError, KeyError, TypeError, OSError):
        raise MintError(f"{folder / ADAPTER_CONFIG}: its rank `r` cannot be read") from None
    return Adapter(name, folder, rank)


def _from_hub(text: str) -> Path:
    from huggingface_hub import snapshot_download

    name, _, revision = text.partition("@")
    try:
        return Path(snapshot_download(name, revision=revision or None))
    except Exception as error:  # noqa: BLE001 - the hub's client raises what its libraries do
        reason = on_one_line(error, 200)
        raise MintError(f"adapter {text} is no folder and cannot be fetched: {reason}") from None

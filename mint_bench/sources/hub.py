"""Gets ESConv from the Hugging Face hub through `datasets`, verified, into one joined file.

The hub's commit is not what pins it: every split must yield the content hash that `esconv` knows.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mint_bench.errors import MintError
from mint_bench.files import parse_json, write_text
from mint_bench.sources.download import elsewhere
from mint_bench.sources.esconv import check_content, joined_row

HUB_NAME = "thu-coai/esconv"
HUB_REVISION = "main"
_HUB_SPLITS = {"train": "train", "valid": "validation", "test": "test"}


def download_esconv(target: Path, name: str = HUB_NAME, revision: str = HUB_REVISION) -> Path:
    """Load all splits from the hub, check them, write them to `target` and return it.

    Args:
        target: The joined file to write.
        name: The data set on the hub, or a local folder that holds it.
        revision: Branch or commit on the hub.

    Raises:
        MintError: If the hub cannot be reached or has other conversations than the pinned ones.
    """
    where = f"Hugging Face data set {name}"
    remedy = elsewhere("esconv/ESConv_1300.jsonl")
    lines: list[str] = []
    for split, hub_split in _HUB_SPLITS.items():
        records = _load(name, revision, hub_split)
        rows = [row_of(record, f"{where}, {hub_split} row {i}") for i, record in enumerate(records)]
        check_content(split, rows, where, remedy)
        lines += (
            json.dumps(joined_row(split, index, row), ensure_ascii=False)
            for index, row in enumerate(rows)
        )
    write_text(target, "\n".join(lines) + "\n")
    return target


def row_of(record: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """A conversation from a record: plain columns, or one column `text` that holds it as JSON.

    Raises:
        MintError: If the text is no JSON object.
    """
    if set(record) != {"text"}:
        return record
    row = parse_json(record["text"], where)
    if not isinstance(row, dict):
        raise MintError(f"{where}: expected a JSON object in column 'text'")
    return row


def _load(name: str, revision: str, split: str) -> Iterable[Mapping[str, Any]]:
    """The records of one split of the hub's data set."""
    import datasets

    local = Path(name).is_dir()
    try:
        loaded: Iterable[Mapping[str, Any]] = datasets.load_dataset(
            name, split=split, revision=None if local else revision
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise MintError(
            f"esconv: cannot get split {split} of the data set {name} from https://huggingface.co "
            f"({error}); {elsewhere('esconv/ESConv_1300.jsonl')}"
        ) from None
    return loaded

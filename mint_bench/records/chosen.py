"""Which records a user means: files, folders, or systems by name under a folder of results.

Finds them only; whether they may be compared is the question of `comparison`.
"""

from collections.abc import Sequence
from pathlib import Path

from mint_bench.errors import MintError, suggestion
from mint_bench.records.schema import Record
from mint_bench.records.signature import board_signature, signature
from mint_bench.records.store import read_all, read_files
from mint_bench.records.withdrawn import marked_paths


def chosen_records(given: Sequence[str], results: Path, board: str = "") -> list[Record]:
    """The records that a user named, in order.

    A name that is no file is a system's under `results`. One that stands on several boards is
    taken from the only board that all named systems share, if there is one.

    Args:
        given: Paths of records or of folders of records, or names of systems.
        results: Folder of records in which names are looked up.
        board: Only records whose board's signature contains this text.

    Raises:
        MintError: If a name is not known, stands on several boards and nothing decides, or a record
            is named twice.
    """
    names = [one for one in given if not Path(one).exists()]
    by_system = _by_system(results, board) if names else {}
    for name in names:
        if name not in by_system:
            where = f"{results} holds no such record" + (
                f" on a board with {board!r}" * bool(board)
            )
            raise MintError(f"{name}: no such file, and {where}; {suggestion(name, by_system)}")
    shared = _shared_board([by_system[name] for name in names])
    records: list[Record] = []
    for one in given:
        if one in by_system and one in names:
            records.append(_only(one, by_system[one], shared))
        else:
            path = Path(one)
            gone = marked_paths(path) if path.is_dir() else {}  # one named alone is still read
            found = sorted(path.glob("**/*.json")) if path.is_dir() else [path]
            paths = [one for one in found if one not in gone]
            if not paths:
                raise MintError(f"{path}: no records in it")
            records += [r for r in read_files(paths) if board in board_signature(r.board)]
    keys = [(record.system, signature(record)) for record in records]
    if twice := [system for system, key in keys if keys.count((system, key)) > 1]:
        raise MintError(f"{twice[0]}: the same record is named twice; name it once")
    return records


def _by_system(results: Path, board: str) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in read_all(results):
        if board in board_signature(record.board):
            found.setdefault(record.system, []).append(record)
    return found


def _shared_board(groups: Sequence[Sequence[Record]]) -> str | None:
    boards = [{board_signature(record.board) for record in group} for group in groups]
    shared = set.intersection(*boards) if boards else set()
    return shared.pop() if len(shared) == 1 else None


def _only(name: str, records: Sequence[Record], board: str | None) -> Record:
    on_it = [record for record in records if board_signature(record.board) == board]
    found = on_it if board else list(records)
    if len(found) == 1:
        return found[0]
    boards = sorted({board_signature(record.board) for record in records})
    if len(boards) > 1:
        raise MintError(
            f"{name} stands on {len(boards)} boards; choose by --board, with a part of one of: "
            + "  ".join(boards)
        )
    raise MintError(f"{name} has {len(found)} records on this board; give their files")

"""The commit that a model's name on the hub means now: a name can move, a commit cannot.

Loads no weights. Folders have no commit.
"""

from pathlib import Path


def commit_of(model: str, revision: str | None = None) -> str | None:
    """The commit of a model on the hub, or of what is in this machine's cache without a network.

    Args:
        model: Folder or hub name.
        revision: Branch, tag or commit; the main branch by default.

    Returns:
        The whole commit; None for a folder.

    Raises:
        OSError: If the hub cannot say, and the model is not in the cache.
        ValueError: If the name is none that the hub could know.
    """
    if Path(model).is_dir():
        return None
    from transformers.utils import cached_file

    found = cached_file(model, "config.json", revision=revision)
    return Path(found).parent.name if found else revision

"""Pages whose text lies outside `docs/`: the scorers' cards, and what stands at the project's root.

They are shown where they are, never copied, so that one text cannot become two.
"""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

AT_THE_ROOT = ("SECURITY.md", "VERSIONING.md")


def guests(root: Path) -> list[str]:
    """The guests that there are, as paths from the project's root."""
    cards = sorted(root.glob("scorers/*/*/CARD.md"))
    return [
        *(name for name in AT_THE_ROOT if (root / name).is_file()),
        *(path.relative_to(root).as_posix() for path in cards),
    ]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Let each guest in under its own path; a page of `docs/` with that path goes before it."""
    root = Path(config.docs_dir).parent
    for name in guests(root):
        if files.get_file_from_path(name) is None:
            files.append(File.generated(config, name, abs_src_path=str(root / name)))
    return files

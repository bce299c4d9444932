"""A navigation that bears with pages that come and go.

An entry without a page is left out, and so is a section without entries. A page without an entry
stands under *More*, so that none is built that nobody can reach.
"""

from collections.abc import Iterator
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

MORE = "More"


def kept(entries: list[Any], there: set[str]) -> list[Any]:
    """The entries whose pages are there, sections and all.

    >>> kept([{"A": "a.md"}, {"B": [{"C": "c.md"}, {"D": "d.md"}]}, {"E": ["e.md"]}],
    ...      {"a.md", "d.md"})
    [{'A': 'a.md'}, {'B': [{'D': 'd.md'}]}]
    """
    found: list[Any] = []
    for entry in entries:
        if isinstance(entry, str):
            found += [entry] if entry in there else []
            continue
        ((title, target),) = entry.items()
        if isinstance(target, list):
            inner = kept(target, there)
            found += [{title: inner}] if inner else []
        elif target in there:
            found.append(entry)
    return found


def named(entries: list[Any]) -> Iterator[str]:
    """Every page that the entries name."""
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            for target in entry.values():
                yield from named(target if isinstance(target, list) else [target])


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Fit the navigation to the pages."""
    there = {file.src_uri for file in files.documentation_pages()}
    entries = kept(config.nav or [], there)
    others = sorted(there - set(named(entries)))
    config.nav = [*entries, *([{MORE: list(others)}] if others else [])]
    return files

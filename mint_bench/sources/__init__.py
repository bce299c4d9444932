"""Where conversations come from: named, pinned, checksummed, licence known.

`load("lend_an_ear")` gives a `Source`; `names()` and `SOURCES` say what there is.
"""

from mint_bench.sources.catalogue import DEFAULT, SOURCES, SourceCard
from mint_bench.sources.loading import Source, load, load_profiles, names, resolve

__all__ = [
    "DEFAULT",
    "SOURCES",
    "Source",
    "SourceCard",
    "load",
    "load_profiles",
    "names",
    "resolve",
]

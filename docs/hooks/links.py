"""Links of pages that are read both here and among the project's files.

In a page, a link may lead to any file of the project. Here it leads on if that file is a page, and
is plain text if it is not. A link to what does not exist is left as it is: the build then fails.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<path>[^)#\s:]+)(?P<anchor>#[^)\s]*)?\)")


def home(src_uri: str, docs: Path) -> str:
    """A page's folder, from the project's root."""
    within = (docs / src_uri).is_file()
    return posixpath.dirname(f"{docs.name}/{src_uri}" if within else src_uri)


def relinked(markdown: str, src_uri: str, docs: Path, pages: set[str]) -> str:
    """The text with its links as they must be on the site.

    Args:
        markdown: The page's text.
        src_uri: The page, as MkDocs names it.
        docs: The folder of the pages.
        pages: Every page and picture of the site, as MkDocs names them.
    """
    folder, here = home(src_uri, docs), posixpath.dirname(src_uri)

    def one(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, link["path"]))
        page = target.removeprefix(f"{docs.name}/")
        if page in pages:
            return f"[{link['text']}]({posixpath.relpath(page, here or '.')}{link['anchor'] or ''})"
        return link["text"] if (docs.parent / target).exists() else link[0]

    return LINK.sub(one, markdown)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fit the links of each page."""
    return relinked(markdown, page.file.src_uri, Path(config.docs_dir), set(files.src_uris))

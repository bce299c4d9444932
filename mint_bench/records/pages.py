"""Pages of the docs that are made from results: a template and figures in, Markdown out."""

from pathlib import Path

from mint_bench.errors import MintError


def render_page(template: Path, **values: object) -> str:
    """Fill in a page's template; a name that it uses and nobody gives is an error.

    Raises:
        MintError: If there is no such template.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    if not template.is_file():
        raise MintError(f"{template}: no such template of a page; run this in a checkout")
    environment = Environment(  # Markdown of our own figures, no HTML
        loader=FileSystemLoader(template.parent, encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template.name).render(**values)

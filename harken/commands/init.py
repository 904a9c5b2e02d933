"""``harken init``: commented settings to start from."""

import re
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
import yaml

from core.errors import ConfigError
from crawlers.urls import check_web_url
from harken.commands.options import INSTALLATION, Invocation, shared_options
from harken.commands.output import write_file

_SOURCE = """\
  - slug: {slug}
    kind: feed          # RSS or Atom
    every: 15m
    options:
      url: {url}"""
_SOURCE_COMMENT = """\
# sources:
#   - slug: blog
#     kind: feed         # RSS or Atom; others: forum, mastodon, wordpress
#     every: 15m
#     options:
#       url: https://blog.example.org/feed.xml"""


@shared_options(INSTALLATION)
def init(
    invocation: Invocation,
    brand: Annotated[str, typer.Option("--brand", help="Brand to watch.")] = "Acme",
    feed: Annotated[list[str] | None, typer.Option("--feed", help="Feed URL; repeatable.")] = None,
) -> None:
    """Write a commented harken.yaml to start from.

    Example: harken init --brand Acme --feed https://blog.example.org/feed.xml
    """
    config, feeds = invocation.config, feed or []
    for url in feeds:
        try:
            check_web_url(url)
        except ValueError as error:
            raise ConfigError(f"--feed {url}: {error}.") from error
    if config.exists():
        raise ConfigError(
            f"{config}: already exists. Remove it, or use another file with --config."
        )
    write_file(config, _example(brand, feeds, invocation.state))
    hint = "" if feeds else " It has no source yet: uncomment sources and enter a URL."
    line = f"Wrote {config}.{hint} Review it, then run: harken check, harken run."
    invocation.print_result("init", {"config": str(config)}, [line])


def _example(brand: str, feeds: Sequence[str], state: Path | None) -> str:
    from indexer.query.nodes import quote

    sources = [_SOURCE.format(slug=f"feed-{n}", url=_scalar(url)) for n, url in enumerate(feeds, 1)]
    substitutions = {
        "brand": _scalar(brand),
        "slug": _scalar(_slug(brand)),
        "query": _scalar(quote(brand)),
        "sources": "\n".join(["sources:", *sources]) if sources else _SOURCE_COMMENT,
    }
    text = files("config").joinpath("harken.example.yaml").read_text(encoding="utf-8")
    if state is not None:
        text = text.replace("state: state ", f"state: {_scalar(str(state.absolute()))} ", 1)
    return re.sub(r"'?\{(brand|slug|query|sources)\}'?", lambda m: substitutions[m[1]], text)


def _scalar(text: str) -> str:
    """Return *text* as a YAML scalar, quoted only if YAML needs it: On is a brand of shoes."""
    style = None if text.isprintable() else '"'
    line = yaml.safe_dump(
        [text], default_flow_style=True, default_style=style, allow_unicode=True, width=sys.maxsize
    )
    return line.strip()[1:-1]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "brand"

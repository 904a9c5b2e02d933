"""Commands that only read: ``sources``, ``mentions``, ``search``, ``incidents``."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harken.commands.options import (
    CONFIG,
    AsJson,
    ConfigFile,
    Now,
    Offset,
    StateFolder,
    make_invocation,
)
from harken.commands.output import dumps, print_err, print_result, table

if TYPE_CHECKING:
    from core.mention import Mention
    from indexer.query import Query

QueryText = Annotated[str, typer.Argument(help="Search query. Default: everything.")]


def sources(
    kinds: Annotated[bool, typer.Option("--kinds", help="List kinds of sources.")] = False,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
    offset: Offset = 0.0,
) -> None:
    """Show sources and their state, or the kinds of sources.

    Example: harken sources --kinds
    """
    invocation = make_invocation(config, state, json=as_json, now=now, offset=offset)
    if kinds:
        rows = _kind_rows()
        lines = table([("kind", "key", "proven"), *_columns(rows, "kind", "key_needed", "proven")])
        print_result("sources", {"kinds": rows}, lines, now=invocation.clock.now(), as_json=as_json)
        return
    from console.serializers import source_rows
    from harken import wiring

    database = wiring.open_database(invocation.settings())
    with database.read() as tx:
        rows = source_rows(tx, now=invocation.clock.now())
    names = ("name", "kind", "state", "fetched", "new", "requests", "not_modified", "reason")
    lines = table([names, *_columns(rows, *names)])
    print_result("sources", {"sources": rows}, lines, now=invocation.clock.now(), as_json=as_json)


def mentions(
    query: QueryText = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object per line.")] = False,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Export stored mentions, oldest first.

    Example: harken mentions topic:delivery --jsonl > raw.jsonl
    """
    from console.serializers import mention_row
    from harken import wiring
    from store.mentions import all_mentions

    invocation, parsed_query = make_invocation(config, state, json=as_json), _parse_query(query)
    database = wiring.open_database(invocation.settings())
    with database.read() as tx:
        selection = (m for m in all_mentions(tx) if _matches_mention(parsed_query, m))
        if as_json:
            result = {"query": query, "mentions": [mention_row(m) for m in selection]}
            print_result("mentions", result, [], now=invocation.clock.now(), as_json=True)
            return
        for mention in selection:  # one by one: there may be millions
            print(dumps(mention_row(mention)) if jsonl else _mention_line(mention))


def search(
    query: QueryText = "",
    size: Annotated[int, typer.Option("--size", min=1, max=1000, help="Number of results.")] = 20,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Search mentions, newest first.

    Example: harken search "acme sentiment:negative" --size 50
    """
    from console.serializers import mention_row
    from harken import wiring
    from store import mentions as stored_mentions

    invocation, parsed_query = make_invocation(config, state, json=as_json), _parse_query(query)
    settings = invocation.settings()
    database = wiring.open_database(settings)
    with wiring.open_index(settings, writer=False) as engine:
        response = engine.search(parsed_query, size=size)
    with database.read() as tx:
        hit_mentions = stored_mentions.get(tx, [hit.id for hit in response.hits])
    result = {
        "query": query,
        "total": response.total,
        "mentions": [mention_row(m) for m in hit_mentions],
    }
    lines = [f"mentions found: {response.total}", *(_mention_line(m) for m in hit_mentions)]
    print_result("search", result, lines, now=invocation.clock.now(), as_json=as_json)


def incidents(
    notices: Annotated[bool, typer.Option("--notices", help="Include notices.")] = False,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """List incidents, newest first.

    Example: harken incidents --notices
    """
    from console.serializers import incident_row
    from core.incident import IncidentKind
    from harken import wiring
    from store.alerts import incidents as stored_incidents

    invocation = make_invocation(config, state, json=as_json)
    database = wiring.open_database(invocation.settings())
    with database.read() as tx:
        selection = stored_incidents.all_incidents(
            tx, kind=None if notices else IncidentKind.CRISIS
        )
    rows = [incident_row(i) for i in selection]
    lines = [
        f"{i.name} {i.watch} {i.topic or ''} SEV{i.severity} {i.state}: {i.observed} people "
        f"complaining (normally {i.expected:.1f}), since {i.onset:%Y-%m-%d %H:%M} UTC"
        for i in selection
    ]
    print_result(
        "incidents", {"incidents": rows}, lines, now=invocation.clock.now(), as_json=as_json
    )


def _kind_rows() -> list[dict[str, Any]]:
    """Return one row for each kind of source, in the order of their names."""
    from core import plugins
    from crawlers.source import Source

    names = plugins.available("crawlers.sources")
    source_classes = {name: plugins.load("crawlers.sources", name, Source) for name in names}
    return [
        {"kind": name, **asdict(source_class.info)} for name, source_class in source_classes.items()
    ]


def _columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[str, ...]]:
    return [tuple("" if r[n] is None else str(r[n]) for n in names) for r in rows]


def _mention_line(mention: "Mention") -> str:
    from nlp.text.normalize import strip_invisible

    verdict = mention.verdict
    label = verdict.sentiment if verdict and verdict.sentiment else mention.analysis
    text = " ".join(strip_invisible(mention.text).split())[:120]
    return f"{_format_minute(mention.published)}  {label:<10}  {text}"


def _parse_query(query: str) -> "Query":
    """Parse *query*. Print the place of a syntax error first, as a caret under the query."""
    from core.errors import QueryError
    from indexer.query import parse

    try:
        return parse(query)
    except QueryError as error:
        if query.isprintable():
            print_err(query)
            print_err(" " * error.column + "^")
        raise


def _matches_mention(query: "Query", mention: "Mention") -> bool:
    from indexer.document import build_document, field_values
    from indexer.index_tokens import term_positions
    from indexer.query import Everything
    from indexer.query.matcher import matches

    if mention.state == "deleted":  # counted among all mentions, but its words are gone
        return isinstance(query, Everything)
    index_document = build_document(mention)
    return matches(
        query, term_positions(index_document.words.split()), field_values(index_document)
    )


def _format_minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"

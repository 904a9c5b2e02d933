"""Commands that only read: ``sources``, ``mentions``, ``search``, ``incidents``."""

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Final

import typer

from harken.commands.listings import kind_output, mention_table, source_table
from harken.commands.options import INSTALLATION, STEP, Invocation, shared_options
from harken.commands.output import dumps, print_err
from harken.commands.tables import Output, Table, print_output

if TYPE_CHECKING:
    from core.mention import Mention
    from indexer.query import Query

TABLE_PART: Final = 500  # mentions that are printed at a time
QueryText = Annotated[str, typer.Argument(help="Search query. Default: everything.")]


@shared_options((*STEP, "offset"))
def sources(
    invocation: Invocation,
    kinds: Annotated[bool, typer.Option("--kinds", help="List kinds of sources.")] = False,
) -> None:
    """Show sources and their state, or the kinds of sources.

    Example: harken sources --kinds
    """
    if kinds:
        from harken.source_kinds import kind_rows

        rows = kind_rows()
        invocation.print_result("sources", {"kinds": rows}, kind_output(rows))
        return
    from console.serializers import source_rows

    _, database = invocation.open()
    with database.read() as tx:
        rows = source_rows(tx, now=invocation.clock.now())
    names = ("name", "kind", "state", "fetched", "new", "requests", "not_modified")
    output = source_table(rows, {name: name for name in names})
    invocation.print_result("sources", {"sources": rows}, output)


@shared_options(INSTALLATION)
def mentions(
    invocation: Invocation,
    query: QueryText = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object per line.")] = False,
) -> None:
    """Export stored mentions, oldest first.

    Example: harken mentions topic:delivery --jsonl > raw.jsonl
    """
    from console.serializers import mention_row
    from store.mentions import all_mentions

    parsed_query = _parse_query(query)
    _, database = invocation.open()
    with database.read() as tx:
        selection = (m for m in all_mentions(tx) if _matches_mention(parsed_query, m))
        if invocation.json:
            result = {"query": query, "mentions": [mention_row(m) for m in selection]}
            invocation.print_result("mentions", result, [])
        elif jsonl:
            for mention in selection:  # one by one: there may be millions
                print(dumps(mention_row(mention)))
        else:
            _print_mentions(selection)


@shared_options(INSTALLATION)
def search(
    invocation: Invocation,
    query: QueryText = "",
    size: Annotated[int, typer.Option("--size", min=1, max=1000, help="Number of results.")] = 20,
) -> None:
    """Search mentions, newest first.

    Example: harken search "acme sentiment:negative" --size 50
    """
    from console.serializers import mention_row
    from harken import wiring
    from indexer.request import SearchRequest
    from store import mentions as stored_mentions

    parsed_query = _parse_query(query)
    settings, database = invocation.open()
    with wiring.open_index(settings, writer=False) as engine:
        response = engine.search(SearchRequest(query=parsed_query, size=size))
    with database.read() as tx:
        hit_mentions = stored_mentions.get(tx, [hit.id for hit in response.hits])
    result = {
        "query": query,
        "total": response.total,
        "mentions": [mention_row(m) for m in hit_mentions],
    }
    output: list[Output] = [f"mentions found: {response.total}", mention_table(hit_mentions)]
    invocation.print_result("search", result, output)


@shared_options(INSTALLATION)
def incidents(
    invocation: Invocation,
    notices: Annotated[bool, typer.Option("--notices", help="Include notices.")] = False,
) -> None:
    """List incidents, newest first.

    Example: harken incidents --notices
    """
    from console.serializers import incident_row
    from core.incident import IncidentKind
    from store.alerts import incidents as stored_incidents

    _, database = invocation.open()
    with database.read() as tx:
        selection = stored_incidents.all_incidents(
            tx, kind=None if notices else IncidentKind.CRISIS
        )
    table = Table(
        columns=("incident", "watch", "topic", "severity", "state", "people", "normal", "since"),
        rows=[
            (
                *(i.name, i.watch, i.topic, f"SEV{i.severity}", i.state),
                *(i.observed, f"{i.expected:.1f}", f"{i.onset:%Y-%m-%d %H:%M} UTC"),
            )
            for i in selection
        ],
    )
    rows = [incident_row(i) for i in selection]
    invocation.print_result("incidents", {"incidents": rows}, [table])


def _print_mentions(selection: Iterable["Mention"]) -> None:
    """Print *selection* as one table, part by part: there may be millions."""
    mentions_left, has_header = iter(selection), True
    while part := list(islice(mentions_left, TABLE_PART)):
        print_output([mention_table(part, has_header=has_header)])
        has_header = False


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

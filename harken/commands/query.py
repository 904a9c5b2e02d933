"""The verbs that only read: ``status``, ``sources``, ``mentions``, ``search``, ``incidents``."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harken.commands.options import CONFIG, AsJson, ConfigFile, Now, Offset, StateFolder, call
from harken.commands.output import dumps, show, table, talk

if TYPE_CHECKING:
    from core.mention import Mention
    from indexer.query import Query

Text = Annotated[str, typer.Argument(help="Search query. Default: everything.")]


def status(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
    offset: Offset = 0.0,
) -> None:
    """Show the health of sources, queues and processes.

    Example: harken status --json
    """
    from alerts.health import condition, index_keys, report
    from harken import wiring

    asked = call(config, state, json=as_json, now=now, offset=offset)
    settings, at = asked.settings(), asked.clock.now()
    record = wiring.open_record(settings)
    with record.read() as tx:
        result = report(tx, condition(tx, now=at))
        engine, follower = wiring.index_name(settings), wiring.follower(settings)
        result["index"] = index_keys(tx, engine, follower)
    show("status", result, _status_lines(result), now=at, as_json=as_json)


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
    asked = call(config, state, json=as_json, now=now, offset=offset)
    if kinds:
        from harken.commands.kinds import kind_rows

        rows = kind_rows()
        lines = table([("kind", "key", "proven"), *_columns(rows, "kind", "key_needed", "proven")])
        show("sources", {"kinds": rows}, lines, now=asked.clock.now(), as_json=as_json)
        return
    from console.serializers import source_rows
    from harken import wiring

    record = wiring.open_record(asked.settings())
    with record.read() as tx:
        rows = source_rows(tx, now=asked.clock.now())
    names = ("name", "kind", "state", "fetched", "new", "requests", "not_modified", "reason")
    lines = table([names, *_columns(rows, *names)])
    show("sources", {"sources": rows}, lines, now=asked.clock.now(), as_json=as_json)


def mentions(
    query: Text = "",
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
    from store.mentions import everything

    asked, wanted = call(config, state, json=as_json), _understood(query)
    record = wiring.open_record(asked.settings())
    with record.read() as tx:
        found = (m for m in everything(tx) if _fits(wanted, m))
        if as_json:
            result = {"query": query, "mentions": [mention_row(m) for m in found]}
            show("mentions", result, [], now=asked.clock.now(), as_json=True)
            return
        for mention in found:  # one by one: there may be millions
            print(dumps(mention_row(mention)) if jsonl else _mention_line(mention))


def search(
    query: Text = "",
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
    from store import mentions as record_mentions

    asked, wanted = call(config, state, json=as_json), _understood(query)
    settings = asked.settings()
    record = wiring.open_record(settings)
    with wiring.open_index(settings, writer=False) as engine:
        page = engine.search(wanted, size=size)
    with record.read() as tx:
        found = record_mentions.get(tx, [hit.id for hit in page.hits])
    result = {"query": query, "total": page.total, "mentions": [mention_row(m) for m in found]}
    lines = [f"mentions found: {page.total}", *(_mention_line(m) for m in found)]
    show("search", result, lines, now=asked.clock.now(), as_json=as_json)


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
    from core.incident import Kind
    from harken import wiring
    from store.alerts import incidents as record_incidents

    asked = call(config, state, json=as_json)
    record = wiring.open_record(asked.settings())
    with record.read() as tx:
        found = record_incidents.everything(tx, kind=None if notices else Kind.CRISIS)
    rows = [incident_row(i) for i in found]
    lines = [
        f"{i.name} {i.watch} {i.topic or ''} SEV{i.severity} {i.state}: {i.observed} people "
        f"complaining (normally {i.expected:.1f}), since {i.onset:%Y-%m-%d %H:%M} UTC"
        for i in found
    ]
    show("incidents", {"incidents": rows}, lines, now=asked.clock.now(), as_json=as_json)


def _status_lines(result: dict[str, Any]) -> list[str]:
    from alerts.health import UNHEARD

    mentions_by = ", ".join(f"{n} {name}" for name, n in result["mentions"].items())
    coverage, outbox = result["coverage"], result["outbox"]
    lines = [
        f"mentions: {mentions_by}",
        f"sources: {coverage['heard']} of {coverage['sources']} up to date",
        f"index: {result['index']['engine']}, changes behind: {result['index']['lag']}",
        f"outbox: {outbox['due']} due, {outbox['sent']} sent, {outbox['failed']} failed",
    ]
    lines += [*_model_lines(result["models"], result["replay"])]
    lines += [f"sources {s}: {', '.join(coverage[s])}" for s in UNHEARD if coverage[s]]
    lines += [
        f"process {p['name']}: {p['state']}, pid {p['pid']}, last heartbeat "
        f"{p['beat']:%Y-%m-%d %H:%M:%S} UTC"
        for p in result["processes"]
    ]
    lines += [f"not working: {s['what']} {s['name']}: {s['reason']}" for s in result["silences"]]
    calm = {None: "unknown", True: "yes", False: "no, an incident is open"}
    return [*lines, f"calm: {calm[result['calm']]}"]


def _model_lines(models: dict[str, int], replay: dict[str, Any] | None) -> Iterator[str]:
    """Nothing while one model judged all."""
    if len(models) > 1:
        judged = ", ".join(f"{n} by {model}" for model, n in models.items())
        yield f"scores: {judged}; `harken analyse --again` re-scores all with the current model"
    if replay is not None:
        yield f"re-scoring: {replay['waiting']} left for {replay['model']}"


def _columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[str, ...]]:
    return [tuple("" if r[n] is None else str(r[n]) for n in names) for r in rows]


def _mention_line(mention: "Mention") -> str:
    from nlp.text.normalize import visible

    verdict = mention.verdict
    judged = verdict.sentiment if verdict and verdict.sentiment else mention.analysis
    text = " ".join(visible(mention.text).split())[:120]
    return f"{_minute(mention.published)}  {judged:<10}  {text}"


def _understood(query: str) -> "Query":
    """The meaning of *query*; a mistake is first shown where it stands."""
    from core.errors import QueryError
    from indexer.query import parse

    try:
        return parse(query)
    except QueryError as error:
        if query.isprintable():
            talk(query)
            talk(" " * error.column + "^")
        raise


def _fits(query: "Query", mention: "Mention") -> bool:
    from indexer.document import document, field_values
    from indexer.index_tokens import places
    from indexer.query import Everything
    from indexer.query.matcher import matches

    if mention.state == "deleted":  # counted among all, found by no word
        return isinstance(query, Everything)
    shown = document(mention)
    return matches(query, places(shown.words.split()), field_values(shown))


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"

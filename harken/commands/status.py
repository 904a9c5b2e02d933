"""``harken status``: health of sources, queues and processes."""

from collections.abc import Iterator
from typing import Any

from harken.commands.options import STEP, Invocation, shared_options
from harken.commands.tables import fact_list
from harken.plural import plural


@shared_options((*STEP, "offset"))
def status(invocation: Invocation) -> None:
    """Show the health of sources, queues and processes.

    Example: harken status --json
    """
    from alerts.health import index_keys, status_report, system_health
    from alerts.shares.watch_shares import share_rows
    from harken import wiring
    from harken.running_settings import load_for_report

    settings = load_for_report(invocation.settings_file())
    database, now = wiring.open_database(settings), invocation.clock.now()
    with database.read() as tx:
        result = status_report(tx, system_health(tx, now=now))
        engine, consumer = wiring.index_name(settings), wiring.index_consumer(settings)
        result["index"] = index_keys(tx, engine, consumer)
        result["shares"] = share_rows(tx, now=now)
    invocation.print_result("status", result, fact_list(_status_lines(result)))


def _status_lines(result: dict[str, Any]) -> list[str]:
    from alerts.health import PROBLEM_STATES

    mention_counts = ", ".join(f"{n} {name}" for name, n in result["mentions"].items())
    coverage, outbox = result["coverage"], result["outbox"]
    lines = [
        f"mentions: {mention_counts}",
        f"sources: {coverage['heard']} of {coverage['sources']} up to date",
        f"index: {result['index']['engine']}, changes behind: {result['index']['lag']}",
        f"outbox: {outbox['due']} due, {outbox['sent']} sent, {outbox['failed']} failed",
    ]
    lines[1:1] = _unsupported_lines(result["unsupported"])
    lines += [*_model_lines(result["models"], result["replay"])]
    lines += [_share_line(share) for share in result["shares"]]
    lines += [*_drift_lines(result["drift"])]
    if undated := result["undated"]:
        posts = ", ".join(f"{count:,} {source}" for source, count in undated.items())
        lines.append(f"undated, in no count of a time: {posts}; `harken sources` has the reasons")
    lines += [f"sources {s}: {', '.join(coverage[s])}" for s in PROBLEM_STATES if coverage[s]]
    lines += [*_gap_lines(coverage["gaps"])]
    lines += [
        f"process {p['name']}: {p['state']}, pid {p['pid']}, last heartbeat "
        f"{p['beat']:%Y-%m-%d %H:%M:%S} UTC"
        for p in result["processes"]
    ]
    lines += [f"not working: {s['what']} {s['name']}: {s['reason']}" for s in result["silences"]]
    calm = {None: "unknown", True: "yes", False: "no, an incident is open"}
    return [*lines, *_settings_lines(result["settings"]), f"calm: {calm[result['calm']]}"]


def _gap_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each time of which posts are missing."""
    for row in rows:
        if not row["caught_up"]:
            end = f"to {row['to']}" if row["to"] else "until now"
            yield f"not heard: {row['source']} from {row['from']} {end} ({row['reason']})"


def _share_line(share: dict[str, Any]) -> str:
    """Return the negative share of a watch, and the true share if its error is measured."""
    name = f"negative share of {share['watch']}, last 7 days"
    if share["negative_share"] is None:
        return f"{name}: no scored mention"
    scored = f"{share['negative_share']:.0%} of {plural(share['scored'], 'scored mention')}"
    if share["corrected"] is None:
        return f"{name}: {scored}; error unmeasured, `harken label --sample 100` draws a sample"
    interval = f"{share['low']:.0%} to {share['high']:.0%}"
    corrected = f"{share['corrected']:.0%} corrected for the model's errors ({interval})"
    return f"{name}: {scored}; {corrected}; {_change_words(share)}"


def _change_words(share: dict[str, Any]) -> str:
    if share["change"] is None:
        return "change unmeasured"
    if share["verdict"] == "no reliable change":
        return "no reliable change from the 7 days before"
    points = f"{abs(share['change']) * 100:.0f} points"
    return f"{share['verdict']} by {points} from the 7 days before"


def _unsupported_lines(counts: dict[str, int]) -> list[str]:
    """Return a line on the languages that the model does not support, most mentions first."""
    languages = sorted(counts, key=lambda code: (-counts[code], code))
    return [f"language not supported: {', '.join(f'{counts[c]} {c}' for c in languages)}"][
        : len(counts)
    ]


def _settings_lines(settings: dict[str, Any] | None) -> Iterator[str]:
    """Yield the mistakes of an edited settings file, and the settings that need a restart."""
    if settings is None:
        return
    if settings["problem"]:
        yield (
            f"settings: {settings['path']} has a mistake and was not applied; the settings of "
            f"{settings['applied_at']:%Y-%m-%d %H:%M:%S} UTC are in force"
        )
        yield from (f"  {line}" for line in settings["problem"].splitlines())
    if settings["restart"]:
        yield f"settings: changed; restart to apply {', '.join(settings['restart'])}"


def _drift_lines(reports: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each source whose scores have shifted."""
    for report in reports:
        cause = f"; perhaps due to {', '.join(report['incidents'])}" if report["incidents"] else ""
        yield (
            f"scores of {report['source']}: mean {report['mean']:+.2f} since "
            f"{report['since']:%Y-%m-%d %H:%M} UTC, normally {report['reference']:+.2f}{cause}"
        )


def _model_lines(models: dict[str, int], replay: dict[str, Any] | None) -> Iterator[str]:
    """Yield a line if several models scored the mentions, and one while rescoring is active."""
    if len(models) > 1:
        verdict_counts = ", ".join(f"{n} by {model}" for model, n in models.items())
        remedy = "`harken analyse --again` re-scores all with the current model"
        yield f"scores: {verdict_counts}; {remedy}"
    if replay is not None:
        yield f"re-scoring: {replay['waiting']} left for {replay['model']}"

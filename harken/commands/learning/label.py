"""``harken label``: labels that people set on mentions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import ConfigError
from harken.commands.options import STEP, Invocation, shared_options
from harken.commands.output import dumps, print_err, write_file
from harken.commands.tables import Output, Table
from harken.plural import plural

if TYPE_CHECKING:
    from core.mention import Mention
    from store.labels.label import Label

OPERATOR = "operator"  # the person who labels if none is named


@shared_options(STEP)
def label(
    invocation: Invocation,
    mention: Annotated[str | None, typer.Argument(help="Id of a mention.")] = None,
    sentiment: Annotated[
        str | None, typer.Option("--sentiment", help="negative, neutral or positive.")
    ] = None,
    watch: Annotated[
        str | None, typer.Option("--watch", help="The sentiment is towards this watch.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option("--topic", help="Id of a topic, or none. Repeatable.")
    ] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="customer, brand, advert, news or automated.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="The person who labels.")] = OPERATOR,
    file: Annotated[
        Path | None, typer.Option("--file", help="Read labels: JSON lines or CSV.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, help="Draw mentions to label at random.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write all labels to this file.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--list", help="List the labels in force; with an id its history.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Withdraw the labels of a mention.")
    ] = False,
) -> None:
    """Label mentions: sentiment, sentiment towards a watch, topics, role.

    The newest label of each kind counts; earlier ones stay in the database. A label belongs to the
    text that was labelled: after an edit of the text it is stale and no longer counts. Labels feed
    `harken evaluate --own` and `harken learn`.

    --sample prints mentions drawn at random, without their scores. Only labels of such mentions
    measure the error of shares.

    Example: harken label 8f14e45fceea167a5a36dedd4bea2543 --sentiment negative --topic delivery
    """
    row = {"sentiment": sentiment, "watch": watch, "topic": topic, "role": role}
    row = {name: value for name, value in row.items() if value is not None}
    _reject_combinations([file, sample, export, show, row or remove])
    _reject_combinations([file, sample, export, mention is not None])  # --list may have an id
    if file is not None:
        _store_file(invocation, file, by)
    elif sample is not None:
        _print_sample(invocation, sample)
    elif export is not None:
        _export(invocation, export)
    elif show:
        _list(invocation, mention)
    else:
        _label_mention(invocation, mention, row, by, remove=remove)


def _reject_combinations(options: Sequence[object]) -> None:
    """Raise ConfigError if more than one of *options* is set."""
    if sum(map(bool, options)) > 1:
        message = "--file, --sample, --export and --list cannot be combined with other labels"
        raise ConfigError(f"{message}: use one of them.")


def _label_mention(
    invocation: Invocation, mention: str | None, row: Mapping[str, Any], by: str, *, remove: bool
) -> None:
    """Store the labels in *row*, or remove those that are stored.

    Raises:
        ConfigError: no mention is named, or nothing is to be done with it.
    """
    if mention is None:
        raise ConfigError("label: name a mention by its id, or use --file, --sample or --list.")
    if remove:
        _remove(invocation, mention, row, by)
    elif row:
        _store_row(invocation, {"id": mention, "by": by, **row})
    else:
        raise ConfigError("label: add --sentiment, --topic, --role, --list or --remove.")


def _store_row(invocation: Invocation, row: Mapping[str, Any]) -> None:
    from harken.commands.learning.label_rows import LabelReader
    from store.labels.labels import add_labels

    _, database = invocation.open()
    with database.write() as tx:
        new_labels = LabelReader(tx, now=invocation.clock.now()).labels([row])[0]
        if isinstance(new_labels, ConfigError):
            raise new_labels
        count = add_labels(tx, new_labels)
    _print(
        invocation,
        {"stored": count, "labels": new_labels},
        f"label: {plural(count, 'label')} stored",
    )


def _store_file(invocation: Invocation, file: Path, by: str) -> None:
    from harken.commands.learning.label_rows import LabelReader, read_rows
    from store.labels.labels import add_labels

    _, database = invocation.open()
    numbered_rows, problems = read_rows(file)
    count = 0
    with database.write() as tx:
        reader = LabelReader(tx, now=invocation.clock.now())
        results = reader.labels([{"by": by, **row} for _, row in numbered_rows])
        for (line, _), result in zip(numbered_rows, results, strict=True):
            if isinstance(result, ConfigError):
                problems.append({"line": line, "error": str(result)})
            else:
                count += add_labels(tx, result)
    problems.sort(key=lambda problem: int(problem["line"]))
    for problem in problems:
        print_err(f"{file}:{problem['line']}: {problem['error']}")
    summary = f"label: {plural(count, 'label')} stored, {plural(len(problems), 'row')} rejected"
    _print(invocation, {"stored": count, "rejected": problems}, summary, ok=not problems)


def _print_sample(invocation: Invocation, size: int) -> None:
    from random import SystemRandom

    from harken.commands.listings import mention_table
    from store.labels import samples
    from store.mentions import get

    _, database = invocation.open()
    with database.write() as tx:
        ids = samples.draw(tx, size, random=SystemRandom(), now=invocation.clock.now())
        mentions = get(tx, ids)
    hidden_scores = [_without_scores(mention) for mention in mentions]
    output: list[Output] = [mention_table(hidden_scores)]
    _print_result(invocation, {"sample": hidden_scores}, output)


def _without_scores(mention: "Mention") -> "Mention":
    """Return *mention* without verdicts: a person who sees the score tends to agree with it."""
    from dataclasses import replace

    return replace(mention, verdicts=())


def _export(invocation: Invocation, path: Path) -> None:
    from harken.commands.learning.label_rows import export_row
    from store.labels.labels import current_labels

    _, database = invocation.open()
    with database.read() as tx:
        labels = current_labels(tx)
    write_file(path, "".join(dumps(export_row(item)) + "\n" for item in labels))
    _print(
        invocation, {"labels": labels}, f"label: {plural(len(labels), 'label')} written to {path}"
    )


def _list(invocation: Invocation, mention: str | None) -> None:
    from store.labels.labels import current_labels, label_history

    _, database = invocation.open()
    with database.read() as tx:
        labels = current_labels(tx) if mention is None else label_history(tx, mention)
    rows = [
        (
            f"{item.at:%Y-%m-%d %H:%M}",
            *(item.mention, item.head, item.watch, _label_text(item)),
            *(item.person, "the text was edited" if item.is_stale else ""),
        )
        for item in labels
    ]
    columns = ("set (UTC)", "mention", "head", "watch", "label", "by", "stale")
    _print_result(invocation, {"labels": labels}, [Table(columns=columns, rows=rows)])


def _label_text(label: "Label") -> str:
    return "withdrawn" if label.is_withdrawn else ", ".join(label.classes) or "none"


def _remove(invocation: Invocation, mention: str, row: Mapping[str, Any], by: str) -> None:
    from store.labels.label import LabelHead
    from store.labels.labels import withdraw_labels

    if row:
        raise ConfigError("--remove withdraws all labels of a mention: it takes no other label.")
    _, database = invocation.open()
    with database.write() as tx:
        count = withdraw_labels(
            tx, mention, heads=list(LabelHead), person=by, now=invocation.clock.now()
        )
    _print(
        invocation, {"removed": count}, f"label: {plural(count, 'label')} withdrawn", ok=count > 0
    )


def _print(
    invocation: Invocation, result: Mapping[str, Any], line: str, *, ok: bool = True
) -> None:
    _print_result(invocation, result, [line], ok=ok)


def _print_result(
    invocation: Invocation, result: Mapping[str, Any], output: Sequence[Output], *, ok: bool = True
) -> None:
    from console.serializers import mention_row
    from harken.commands.learning.label_rows import label_row

    keys: dict[str, Any] = {"stored": 0, "removed": 0, "rejected": []} | dict(result)
    labels: Sequence[Label] = keys.get("labels", ())
    keys["labels"] = [label_row(item) for item in labels]
    keys["sample"] = [mention_row(item) for item in keys.get("sample", ())]
    invocation.print_result("label", keys, output, ok=ok)

"""Rows of labels: as files have them, and as the JSON of ``harken label``."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from config.jsonlines import numbered_lines, parse_json
from core.errors import ConfigError
from core.mention import Sentiment
from core.plugins import unknown_name
from core.timestamps import parse_utc
from store.batches import batches
from store.labels.label import NO_TOPIC, ROLE_CLASSES, Label, LabelHead
from store.labels.labels import LabellableMention, is_revision, labellable_mentions
from store.watches import active_topics, active_watches

KEYS: Final = ("id", "sentiment", "watch", "topic", "role", "by", "at", "text_sha256")

NumberedRow = tuple[int, Mapping[str, Any]]  # number of the line, from 1; values by key


class LabelReader:
    """Checks rows of labels against the database, at one time."""

    def __init__(self, tx: Connection, *, now: datetime) -> None:
        self._tx = tx
        self._now = now
        self._watches = sorted(watch.slug for watch in active_watches(tx))
        self._topics = sorted(topic.id for topic in active_topics(tx))

    def labels(self, rows: Sequence[Mapping[str, Any]]) -> list[list[Label] | ConfigError]:
        """Return the labels of each row, or the error that says what is wrong with it."""
        results: list[list[Label] | ConfigError] = []
        for batch in batches(rows):
            ids = {str(row.get("id", "")) for row in batch}
            mentions = labellable_mentions(self._tx, ids)
            results += [self._result(row, mentions) for row in batch]
        return results

    def _result(
        self, row: Mapping[str, Any], mentions: Mapping[str, LabellableMention]
    ) -> list[Label] | ConfigError:
        try:
            return list(self._labels(row, mentions))
        except ConfigError as error:
            return error

    def _labels(
        self, row: Mapping[str, Any], mentions: Mapping[str, LabellableMention]
    ) -> Iterator[Label]:
        for key in row:
            if key not in KEYS:
                raise ConfigError(unknown_name(key, list(KEYS)))
        mention = mentions.get(str(row.get("id", "")))
        if mention is None:
            message = f"id: no mention {row.get('id', '')!r} is stored, or it was deleted."
            raise ConfigError(f"{message} `harken mentions` and `harken search` print ids.")
        shared_values: dict[str, Any] = {
            "mention": mention.id,
            "text_sha256": self._revision(row, mention),
            "person": _text(row, "by"),
            "at": self._time(row),
        }
        parts = [*self._sentiment(row, mention), *self._topic(row), *_role(row)]
        if not parts:
            raise ConfigError("should have a sentiment, a topic or a role.")
        for head, watch, classes in parts:
            yield Label(head=head, watch=watch, classes=classes, **shared_values)

    def _sentiment(
        self, row: Mapping[str, Any], mention: LabellableMention
    ) -> Iterator[tuple[LabelHead, str, tuple[str, ...]]]:
        watch, sentiment = row.get("watch") or "", row.get("sentiment")
        if sentiment in (None, ""):
            if watch:
                raise ConfigError("watch: should have a sentiment beside it.")
            return
        _check("sentiment", sentiment, [*map(str, Sentiment)])
        if not watch:
            yield LabelHead.SENTIMENT, "", (str(sentiment),)
            return
        _check("watch", watch, self._watches)
        if watch not in mention.watches:
            names = ", ".join(sorted(mention.watches)) or "no watch"
            raise ConfigError(f"watch: the mention matches {names}, not {watch!r}.")
        yield LabelHead.TOWARDS, str(watch), (str(sentiment),)

    def _topic(self, row: Mapping[str, Any]) -> Iterator[tuple[LabelHead, str, tuple[str, ...]]]:
        topics = row.get("topic")
        if topics in (None, "", []):
            return
        topic_list = topics if isinstance(topics, list) else str(topics).split(";")
        names = list(dict.fromkeys(str(name).strip() for name in topic_list))
        if names == [NO_TOPIC]:
            yield LabelHead.TOPIC, "", ()
            return
        for name in names:
            _check("topic", name, [*self._topics, NO_TOPIC])
        if NO_TOPIC in names:
            raise ConfigError(f"topic: {NO_TOPIC!r} cannot stand beside other topics.")
        yield LabelHead.TOPIC, "", tuple(names)

    def _revision(self, row: Mapping[str, Any], mention: LabellableMention) -> str:
        text_sha256 = _text(row, "text_sha256", mention.text_sha256)
        if not is_revision(self._tx, mention.id, text_sha256):
            raise ConfigError(f"text_sha256: {text_sha256[:12]!r} is no revision of the mention.")
        return text_sha256

    def _time(self, row: Mapping[str, Any]) -> datetime:
        text = _text(row, "at", "")
        if not text:
            return self._now
        try:
            at = parse_utc(text)
        except (ValueError, OverflowError):
            raise ConfigError(
                f"at: {text!r} is not a time; use ISO 8601, e.g. 2026-11-22T06:00:00Z."
            ) from None
        return min(at, self._now)


def read_rows(path: Path) -> tuple[list[NumberedRow], list[dict[str, Any]]]:
    """Return the rows of the file at *path* and the problems of lines that are no rows.

    A file whose name ends in .csv has a header; topics of a cell are separated by ";". Any other
    file contains JSON lines.

    Raises:
        ConfigError: the file cannot be read.
    """
    lines = list(numbered_lines(path))
    if path.suffix == ".csv":
        return _csv_rows(line for _, line in lines), []
    rows: list[NumberedRow] = []
    problems: list[dict[str, Any]] = []
    for line_number, line in lines:
        if line.strip():
            try:
                rows.append((line_number, _json_row(line, path, line_number)))
            except ConfigError as error:
                problems.append({"line": line_number, "error": str(error)})
    return rows, problems


def label_row(label: Label) -> dict[str, Any]:
    """Return the ``label`` of docs/json.md."""
    row = asdict(label)
    return {
        "id": row.pop("mention"),
        "by": row.pop("person"),
        "stale": row.pop("is_stale"),
        "sampled": row.pop("is_sampled"),
        "withdrawn": row.pop("is_withdrawn"),
        **row,
    }


def export_row(label: Label) -> dict[str, Any]:
    """Return *label* as a row that ``--file`` reads."""
    row: dict[str, Any] = {"id": label.mention, "text_sha256": label.text_sha256}
    if label.head is LabelHead.TOPIC:
        row["topic"] = list(label.classes) or NO_TOPIC
    elif label.head is LabelHead.ROLE:
        row["role"] = label.classes[0]
    else:
        row["sentiment"] = label.classes[0]
    if label.watch:
        row["watch"] = label.watch
    return row | {"by": label.person, "at": label.at}


def _csv_rows(lines: Iterator[str]) -> list[NumberedRow]:
    reader = csv.DictReader(lines, restkey="more columns than the header")
    return [(reader.line_num, {k: v for k, v in row.items() if v != ""}) for row in reader]


def _json_row(line: str, path: Path, line_number: int) -> dict[str, Any]:
    row = parse_json(line, path, first_line=line_number)
    if not isinstance(row, dict):
        raise ConfigError('should be an object with "id" and labels.')
    return row


def _role(row: Mapping[str, Any]) -> Iterator[tuple[LabelHead, str, tuple[str, ...]]]:
    role = row.get("role")
    if role not in (None, ""):
        _check("role", role, list(ROLE_CLASSES))
        yield LabelHead.ROLE, "", (str(role),)


def _check(key: str, value: object, choices: list[str]) -> None:
    if value not in choices:
        raise ConfigError(f"{key}: {unknown_name(str(value), choices)}")


def _text(row: Mapping[str, Any], key: str, default: str = "operator") -> str:
    value = row.get(key)
    return default if value in (None, "") else str(value)

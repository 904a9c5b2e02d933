"""State of the detector of one watch between two steps, stored in the database as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from alerts.detection import baseline as baselines
from alerts.detection.baseline import Baseline
from alerts.detection.lifecycle import Episode
from core.incident import IncidentKind
from core.timestamps import format_utc, parse_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorState:
    """The input of a step from the one before it."""

    query: str  # revision of the watch's query behind the baseline
    zone: str  # IANA zone behind the baseline
    history_version: int  # of the history behind the baseline (store.analysis.history_version)
    baseline: Baseline
    evaluated_until: datetime  # every bucket before it was evaluated
    episode: Episode | None
    last_notices: Mapping[IncidentKind, datetime]


def to_json(state: DetectorState) -> str:
    """Return *state* as JSON; :func:`from_json` restores it, numbers to the last bit."""
    episode = asdict(state.episode) if state.episode else None
    return json.dumps(
        {
            "query": state.query,
            "zone": state.zone,
            "retold": state.history_version,
            "baseline": baselines.to_plain(state.baseline),
            "judged_to": format_utc(state.evaluated_until),
            "episode": episode and {key: _serialize(value) for key, value in episode.items()},
            "noticed": {kind.value: format_utc(at) for kind, at in state.last_notices.items()},
        },
        separators=(",", ":"),
    )


def from_json(text: str) -> DetectorState:
    """Return the state that :func:`to_json` serialized as *text*."""
    raw: dict[str, Any] = json.loads(text)
    episode = raw["episode"]
    return DetectorState(
        query=raw["query"],
        zone=raw["zone"],
        history_version=raw.get("retold", 0),  # missing in states older than the versions
        baseline=baselines.from_plain(raw["baseline"]),
        evaluated_until=parse_utc(raw["judged_to"]),
        episode=episode and Episode(**{key: _parse(key, value) for key, value in episode.items()}),
        last_notices={IncidentKind(kind): parse_utc(at) for kind, at in raw["noticed"].items()},
    )


def _serialize(value: object) -> object:
    return format_utc(value) if isinstance(value, datetime) else value


def _parse(key: str, value: Any) -> Any:
    return parse_utc(value) if key in _TIMESTAMP_KEYS and value is not None else value


_TIMESTAMP_KEYS = ("opened", "onset", "warm", "resolved")

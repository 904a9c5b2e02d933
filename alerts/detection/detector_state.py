"""Where detection of one watch stands between two steps: a value, in the record as JSON."""

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
    """What a step leaves to the next."""

    query: str  # revision of the watch's query that the baseline was learnt under
    zone: str  # and on this clock
    history_version: int  # how often what is recorded had been told anew (store.analysis.retelling)
    baseline: Baseline
    evaluated_until: datetime  # every bucket before was judged
    episode: Episode | None
    last_notices: Mapping[IncidentKind, datetime]


def to_json(state: DetectorState) -> str:
    """*standing* as JSON; :func:`from_json` gives back the same, numbers to the last bit."""
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
    """The standing that :func:`to_json` wrote."""
    raw: dict[str, Any] = json.loads(text)
    episode = raw["episode"]
    return DetectorState(
        query=raw["query"],
        zone=raw["zone"],
        history_version=raw.get("retold", 0),  # of before there was any
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

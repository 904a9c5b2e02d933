"""Where detection of one watch stands between two steps: a value, in the record as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from alerts.detection import baseline as baselines
from alerts.detection.baseline import Baseline
from alerts.detection.lifecycle import Episode
from core.incident import Kind
from core.timestamps import instant, iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a step leaves to the next."""

    query: str  # revision of the watch's query that the baseline was learnt under
    zone: str  # and on this clock
    retold: int  # how often what is recorded had been told anew (store.analysis.retelling)
    baseline: Baseline
    judged_to: datetime  # every bucket before was judged
    episode: Episode | None
    noticed: Mapping[Kind, datetime]


def to_json(standing: Standing) -> str:
    """*standing* as JSON; :func:`from_json` gives back the same, numbers to the last bit."""
    episode = asdict(standing.episode) if standing.episode else None
    return json.dumps(
        {
            "query": standing.query,
            "zone": standing.zone,
            "retold": standing.retold,
            "baseline": baselines.to_plain(standing.baseline),
            "judged_to": iso(standing.judged_to),
            "episode": episode and {key: _plain(value) for key, value in episode.items()},
            "noticed": {kind.value: iso(at) for kind, at in standing.noticed.items()},
        },
        separators=(",", ":"),
    )


def from_json(text: str) -> Standing:
    """The standing that :func:`to_json` wrote."""
    raw: dict[str, Any] = json.loads(text)
    episode = raw["episode"]
    return Standing(
        query=raw["query"],
        zone=raw["zone"],
        retold=raw.get("retold", 0),  # of before there was any
        baseline=baselines.from_plain(raw["baseline"]),
        judged_to=instant(raw["judged_to"]),
        episode=episode and Episode(**{key: _value(key, value) for key, value in episode.items()}),
        noticed={Kind(kind): instant(at) for kind, at in raw["noticed"].items()},
    )


def _plain(value: object) -> object:
    return iso(value) if isinstance(value, datetime) else value


def _value(key: str, value: Any) -> Any:
    return instant(value) if key in _INSTANTS and value is not None else value


_INSTANTS = ("opened", "onset", "warm", "resolved")

"""One step of detection for one watch: what was heard goes in, what must be told comes out. Pure.

The first step of a watch waits for the end of its first back-fill, replays the whole history hour
by hour to learn, and tells only what still matters. Every later step learns the hours that have
settled since, judges each bucket since the step before, and the open one at `now`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from alerts.detection.backfill_events import Teller, retell
from alerts.detection.backtest import Limits, Moment, Replay, replay
from alerts.detection.baseline import HOUR, Baseline, start, usual
from alerts.detection.counts import VOICE_MEMORY, Counts, Span, Stream, Unit, count, mute
from alerts.detection.crisis import notices
from alerts.detection.detector_state import Standing
from alerts.detection.lifecycle import Episode, Event, advance, hold, is_open, is_raised, notice
from alerts.detection.onset import company, onset
from alerts.detection.seasonality import Floats
from core.incident import Kind, Spike
from core.observation import Observation
from core.timestamps import BUCKET, floor
from core.watch import Watch

MEMORY: Final = timedelta(hours=12)  # of counts before the first unlearnt hour: windows and onset
HISTORY: Final = timedelta(days=56)  # older mentions teach nothing that the season still holds
STRAY: Final = 0.01  # this share of the oldest mentions does not date the beginning of a history
PAST: Final = timedelta(hours=24)  # what was over so long before the first step opens nothing
RAMP: Final = timedelta(hours=1)  # what comes later than this after the crossing tells no onset
DAWN: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What one step knows besides the mentions of the watch."""

    taxonomy: tuple[str, ...]  # ids of all topics; a watch without its own topics counts them all
    units: int  # in the installation: watches and topics of watches, for the budget
    backfilled_at: datetime | None  # when all that the first crawls heard was recorded and scored
    budget: float = 1.0  # false alarms a week that the whole installation accepts
    gaps: tuple[Span, ...] = ()  # when the sources of the watch were not heard
    retold: int = 0  # how often what is recorded was told anew, by other models or topics
    profile: Floats | None = None  # usual day (24 hours) of other watches on this clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What a step found; ``standing`` and ``events`` must be stored in one transaction."""

    standing: Standing | None  # None: the first back-fill goes on
    spikes: tuple[Spike, ...] = ()  # warm crises (half their threshold) and notices, as of now
    events: tuple[Event, ...] = ()  # oldest first
    judged_by: Mapping[datetime, Baseline] = field(default_factory=dict)  # of each warm moment


def units_of(watch: Watch, taxonomy: Sequence[str]) -> tuple[Unit, ...]:
    """What is counted apart: the watch as a whole (None) and each of its topics."""
    return (None, *(watch.topics or taxonomy))


def since(watch: Watch, setting: Setting, standing: Standing | None) -> datetime | None:
    """From which publishing time on a step needs the mentions of *watch*; None: all of them."""
    baseline = _known(watch, setting, standing)
    return baseline.learnt_to - MEMORY - VOICE_MEMORY if baseline else None


def detect(
    watch: Watch,
    utterances: Sequence[Observation],
    standing: Standing | None,
    now: datetime,
    setting: Setting,
) -> Detection:
    """Judge *watch* at *now*, learning on the way what has settled.

    *utterances*: what the record holds of it, live and published from :func:`since` on, any order.
    The same arguments give the same answer, so a step that died before it stored may run again.
    """
    if setting.backfilled_at is None or now < setting.backfilled_at:
        return Detection(standing=standing)
    heard = [u for u in utterances if u.first_seen <= now and u.at <= now]
    before = _prepared(watch, heard, standing, now, setting)
    counts = _counted(watch, heard, before.baseline, now, setting)
    limits = Limits(watch=watch.slug, units=setting.units, budget=setting.budget)
    seen = replay(before.baseline, counts, before.judged_to, now, limits)
    course = _Course(limits, seen, counts, before.judged_to, now)
    episode, events = course.live(before.episode)
    if standing is None:
        teller = Teller(now=now, horizon=setting.backfilled_at - PAST, locate=course.locate)
        episode, events = retell(episode, events, seen.warm, teller)
    lines = course.lines(episode)
    noticed, told = notice(before.noticed, lines, now)
    after = replace(before, baseline=seen.baseline, judged_to=now, episode=episode, noticed=noticed)
    spikes = (*course.warm(), *lines)
    return Detection(
        standing=after, spikes=spikes, events=(*events, *told), judged_by=seen.judged_by
    )


def _known(watch: Watch, setting: Setting, standing: Standing | None) -> Baseline | None:
    """The baseline of *standing*, if query, topics, clock and what was told of the past are its."""
    asked = (watch.revision, watch.zone, setting.retold)
    if standing is None or (standing.query, standing.zone, standing.retold) != asked:
        return None
    units = units_of(watch, setting.taxonomy)
    return standing.baseline if standing.baseline.units == units else None


def _prepared(
    watch: Watch,
    heard: Sequence[Observation],
    standing: Standing | None,
    now: datetime,
    setting: Setting,
) -> Standing:
    """*standing* with a baseline that fits the watch, be it an untaught one."""
    return Standing(
        query=watch.revision,
        zone=watch.zone,
        retold=setting.retold,
        baseline=_known(watch, setting, standing) or _untaught(watch, heard, now, setting),
        judged_to=standing.judged_to if standing else DAWN,
        episode=standing.episode if standing else None,
        noticed=standing.noticed if standing else {},
    )


def _untaught(
    watch: Watch, heard: Sequence[Observation], now: datetime, setting: Setting
) -> Baseline:
    times = sorted(u.at for u in heard if now - u.at < HISTORY)
    first = times[int(STRAY * len(times))] if times else now
    return start(units_of(watch, setting.taxonomy), floor(first, HOUR), setting.profile)


def _counted(
    watch: Watch, heard: Sequence[Observation], baseline: Baseline, now: datetime, setting: Setting
) -> Counts:
    span = (baseline.learnt_to - MEMORY, now)
    counts = count(heard, baseline.units, span, ZoneInfo(watch.zone))
    return mute(counts, setting.gaps, baseline.begun)


@dataclass(frozen=True, slots=True)
class _Course:
    """What one step saw, and how it turns into episodes and events."""

    limits: Limits
    seen: Replay
    counts: Counts
    judged_to: datetime
    now: datetime

    def live(self, episode: Episode | None) -> tuple[Episode | None, tuple[Event, ...]]:
        """Lead *episode* through all warm and all unheard moments up to now."""
        unheard = set(map(self._end, np.flatnonzero(~self.counts.heard).tolist()))
        deaf = {at for at in unheard if at > self.judged_to}
        silent: list[Moment] = [(at, []) for at in (*deaf, self.now)]
        events: tuple[Event, ...] = ()
        for at, spikes in sorted((*self.seen.warm, *silent), key=lambda moment: moment[0]):
            new = any(map(is_raised, spikes)) and not is_open(episode)
            found = [self.locate(spike, at) for spike in spikes] if new else spikes
            episode, told = advance(self.limits.watch, episode, found, at)
            episode = hold(episode, at) if at in deaf else episode
            events += told
        return episode, events

    def locate(self, spike: Spike, crossed: datetime) -> Spike:
        """*spike* with its onset, estimated from what was heard around the crossing."""
        baseline, counts = self.seen.baseline, self.counts
        first = max(counts.bucket(crossed - MEMORY), 0)
        part = slice(first, counts.bucket(crossed + RAMP) + 1)
        unit = baseline.units.index(spike.topic)
        voices = counts.voices[part, :, unit]
        negative = voices[:, Stream.NEGATIVE]
        others = np.maximum(voices[:, Stream.SCORED] - negative, 0)  # a voice may have turned
        expected = usual(baseline, counts.minute[part])[:, :, unit]
        alone, usually = expected[:, Stream.NEGATIVE], expected[:, Stream.SCORED]
        share = float(baseline.usual_share[unit])
        ordinary = alone + company(negative, others, usually - alone, share)
        return replace(spike, onset=counts.time(first + onset(negative, ordinary)))

    def warm(self) -> list[Spike]:
        """The crisis spikes of now."""
        return [spike for at, spikes in self.seen.warm if at == self.now for spike in spikes]

    def lines(self, episode: Episode | None) -> list[Spike]:
        """What is worth a notice now; beside an open crisis only the health of the sources is."""
        rule = self.limits.rule(self.seen.baseline)
        found = notices(self.seen.scores, rule, self.now)
        return [line for line in found if line.kind is Kind.HEALTH or not is_open(episode)]

    def _end(self, bucket: int) -> datetime:
        return min(self.counts.time(bucket) + BUCKET, self.now)

"""Names that settings use of each other: a watch its topics, a subscription its person."""

from collections.abc import Iterator
from typing import Final

from config.settings import Settings
from config.yaml_positions import Keys
from core.plugins import did_you_mean

# The lists of named things, and what their name is called.
_NAMED: Final = {
    **dict.fromkeys(("watches", "sources", "people", "subscriptions"), "slug"),
    "topics": "id",
}


def broken(settings: Settings) -> Iterator[tuple[Keys, str]]:
    """Every name that is used and not given, or given twice: where, and what is wrong."""
    for keys, what, name, known in _used(settings):
        if name not in known:
            yield keys, f"unknown {what} {name!r}.{did_you_mean(name, known)}"
    for part, key in _NAMED.items():
        seen: set[str] = set()
        for k, row in enumerate(getattr(settings, part)):
            name = getattr(row, key)
            if name in seen:
                yield (part, k, key), f"{name!r} is used twice; it must be unique."
            seen.add(name)


def _used(settings: Settings) -> Iterator[tuple[Keys, str, str, list[str]]]:
    """Where a name is used, of what kind of thing it is, the name, and the names there are."""
    watches = [w.slug for w in settings.watches]
    topics = [t.id for t in settings.topics]
    people = [p.slug for p in settings.people]
    for k, watch in enumerate(settings.watches):
        for j, topic in enumerate(watch.topics):
            yield ("watches", k, "topics", j), "topic", topic, topics
    for k, subscription in enumerate(settings.subscriptions):
        yield ("subscriptions", k, "person"), "person", subscription.person, people
        for j, slug in enumerate(subscription.watches):
            yield ("subscriptions", k, "watches", j), "watch", slug, watches

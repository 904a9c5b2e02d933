"""References between settings: from a watch to its topics, a subscription to its person."""

from collections.abc import Iterator
from typing import Final

from config.settings import Settings
from config.yaml_positions import KeyPath
from core.plugins import did_you_mean

# Each list of the settings with the key of the name of its items.
_NAME_KEYS: Final = {
    **dict.fromkeys(("watches", "sources", "people", "subscriptions"), "slug"),
    "topics": "id",
}


def broken_references(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    """Yield the keys and the message of each unknown name and of each name that is used twice."""
    for keys, kind, name, names in _references(settings):
        if name not in names:
            yield keys, f"unknown {kind} {name!r}.{did_you_mean(name, names)}"
    for section, key in _NAME_KEYS.items():
        unique_names: set[str] = set()
        for k, row in enumerate(getattr(settings, section)):
            name = getattr(row, key)
            if name in unique_names:
                yield (section, k, key), f"{name!r} is used twice; it must be unique."
            unique_names.add(name)


def _references(settings: Settings) -> Iterator[tuple[KeyPath, str, str, list[str]]]:
    """Yield the keys, kind and name of each reference, with all names of that kind."""
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

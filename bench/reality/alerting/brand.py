"""The brand that every case is about."""

from typing import Final

from bench.reality.alerting.draws import TOPICS
from core.watch import Watch

ZONE: Final = "Europe/Berlin"
BRAND: Final = Watch(
    slug="veloria",
    name="Veloria",
    kind="brand",
    query="veloria",
    revision="r1",
    topics=TOPICS,
    zone=ZONE,
)

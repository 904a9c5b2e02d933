"""Sentences on the share of negative mentions, and on the true share behind the scores. Pure."""

from collections.abc import Iterator

from alerts.shares.correction import ChangeKind
from alerts.shares.watch_shares import WatchShare
from templates.i18n import Message, msg


def status_messages(share: WatchShare) -> Iterator[Message]:
    """Yield the share of a watch, then its correction or that its error is unmeasured.

    Nothing is yielded for a watch without a scored mention in the period.
    """
    if share.count.share is None:
        return
    yield msg(
        "share.scored",
        watch=share.watch.name,
        value=share.count.share,
        count=share.count.scored,
    )
    corrections = list(share_messages(share))
    yield from corrections or [msg("share.unmeasured")]


def share_messages(share: WatchShare | None) -> Iterator[Message]:
    """Yield the corrected share and its change; nothing while the error is unmeasured."""
    if share is None or share.corrected is None:
        return
    yield msg(
        "share.corrected",
        value=share.corrected.value,
        low=share.corrected.low,
        high=share.corrected.high,
        count=share.labels,
    )
    if share.change_kind in (ChangeKind.UP, ChangeKind.DOWN):
        yield msg(f"share.{share.change_kind}")
    elif share.change_kind is ChangeKind.NONE:
        yield msg("share.no_change")

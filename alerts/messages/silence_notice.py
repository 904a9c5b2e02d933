"""The notice of a source that brings no posts, and the one of its first posts after that. Pure."""

from alerts.channel import Notification, Recipient
from alerts.silence.detector import SilenceChange
from templates.contexts import mail
from templates.i18n import Message, Translator, msg
from templates.links import Links
from templates.mail_parts import render_mail


def compose_silence(source: str, change: SilenceChange, recipient: Recipient) -> Notification:
    """Return the email on *change* of the source with the slug *source*.

    The notice of the end answers the one of the begin, so mail clients show them together.
    """
    context = silence_context(source, change, recipient)
    html, text = render_mail("notice", context)
    begin = f"silence-{source}.{change.since:%Y%m%dT%H%M%SZ}"
    key = begin if change.is_silent else f"{begin}.end"
    domain = recipient.sender_domain
    return Notification(
        kind="notice",
        recipient=recipient.address,
        sender=recipient.sender,
        subject=Translator(zone=recipient.zone, locale=recipient.locale)(context.headline),
        message_id=f"<{key}@{domain}>",
        references=() if change.is_silent else (f"<{begin}@{domain}>",),
        date=change.at.replace(microsecond=0),
        text=text,
        html=html,
        key=key,
    )


def silence_context(source: str, change: SilenceChange, recipient: Recipient) -> mail.SystemNotice:
    """Return the content of the email as values and messages."""
    values = {"source": source, "since": change.since, "at": change.at, "expected": change.expected}
    headline = msg("notice.silent" if change.is_silent else "notice.again", **values)
    return mail.SystemNotice(
        zone=recipient.zone,
        locale=recipient.locale,
        document=msg("notice.name"),
        at=change.at,
        preheader=msg("notice.expected", **values),
        headline=headline,
        lede=_lede(change, values),
        url=Links(recipient.base_url).sources(),
        because=msg("notice.because"),
    )


def _lede(change: SilenceChange, values: dict[str, object]) -> tuple[Message, ...]:
    if change.is_silent:
        return (msg("notice.expected", **values), msg("notice.check"), msg("notice.calm"))
    return (msg("notice.gap", **values), msg("notice.missed"))

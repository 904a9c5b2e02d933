"""Sentences on mentions that are not by customers: they are shown, but count as nobody. Pure."""

from collections.abc import Mapping

from core.mention import Mention
from core.role import Role, RoleOrigin
from templates.i18n import Message, msg


def others_message(counts: Mapping[Role, int]) -> Message | None:
    """Return the sentence on the posts by others than customers in *counts*; None: there is none.

    The most frequent role comes first.
    """
    others = sorted(
        ((role, n) for role, n in counts.items() if n and role is not Role.CUSTOMER),
        key=lambda row: (-row[1], row[0]),
    )
    if not others:
        return None
    return msg("role.also", posts=tuple(msg(f"role_posts.{role}", count=n) for role, n in others))


def author_notes(mention: Mention, watch: str | None = None) -> tuple[Message, ...]:
    """Return what a reader must know about the author and tone of *mention* for *watch*.

    Its role unless it is by a customer, and perhaps irony.
    """
    role, verdict = mention.role_for(watch), mention.verdict
    notes = [] if role is Role.CUSTOMER else [msg(f"role.{role}")]
    if verdict is not None and verdict.ironic:
        notes.append(msg("irony.perhaps"))
    return tuple(notes)


def author_message(mention: Mention) -> Message:
    """Return the role of the author of *mention* with its evidence."""
    role, origin, verdict = mention.role, mention.role_origin, mention.verdict
    name = msg("role.one_customer" if role is Role.CUSTOMER else f"role.{role}")
    if origin is RoleOrigin.MODEL and verdict is not None:
        return msg(f"role_origin.{origin}", role=name, share=verdict.heads["role"][role])
    return msg(f"role_origin.{origin}", role=name)

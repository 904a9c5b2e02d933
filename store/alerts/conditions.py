"""Conditions and joins of queries on the analysed mentions of a watch."""

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Text, and_, case, cast, func

from core.mention import AnalysisState, MentionState
from core.role import Role
from store.tables import matches, mentions, verdicts, voices


def is_current_verdict(
    table: FromClause, watch: Any, model: ColumnElement[Any] = mentions.c.model
) -> ColumnElement[bool]:
    """Return the condition of *model*'s verdict on the present text, towards *watch*."""
    return and_(
        table.c.mention == mentions.c.id,
        table.c.watch == watch,
        table.c.model == model,
        table.c.text_sha256 == mentions.c.text_sha256,
    )


TARGET_VERDICTS: Final = verdicts.alias("towards")
WHOLE_TEXT_JOIN: Final = is_current_verdict(verdicts, "")  # on the whole text
TARGET_JOIN: Final = is_current_verdict(TARGET_VERDICTS, matches.c.watch)
# The same rule as core.mention.Mention.sentiment_for.
SENTIMENT: Final = func.coalesce(TARGET_VERDICTS.c.sentiment, verdicts.c.sentiment)
VOICE_JOIN: Final = voices.c.id == mentions.c.voice
# The same rule as core.mention.Mention.role_for.
ROLE: Final = case(
    (matches.c.own, str(Role.BRAND)),
    else_=func.coalesce(voices.c.role, verdicts.c.role, str(Role.CUSTOMER)),
)
IS_ANALYSED: Final = mentions.c.analysis.in_((AnalysisState.SCORED, AnalysisState.UNSCORED))


def has_role(role: Role) -> ColumnElement[bool]:
    """Return the condition that the author has *role* for the watch."""
    return ROLE.in_((str(role),))


def has_topic(topic: str) -> ColumnElement[bool]:
    """Return the condition of *topic* in the stored JSON, the same in both databases."""
    return cast(verdicts.c.topics, Text).contains(json.dumps(topic), autoescape=True)


def watch_conditions(
    watch: str, since: datetime, until: datetime
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a mention of *watch*, published in [since, until), not deleted."""
    return (
        matches.c.watch == watch,
        mentions.c.published >= since,
        mentions.c.published < until,
        mentions.c.state != MentionState.DELETED,
    )

"""The family of a mention in queries: that of its text, else the text itself."""

from typing import Any, Final

from sqlalchemy import ColumnElement, func

from store.tables import family_texts, mentions

FAMILY: Final[ColumnElement[Any]] = func.coalesce(family_texts.c.family, mentions.c.family)
FAMILY_JOIN: Final = family_texts.c.key == mentions.c.family  # of an outer join of family_texts

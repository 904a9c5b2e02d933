"""A query that cannot be understood: where it goes wrong, and a link to what was probably meant."""

import re
from typing import Final

from console.search.params import SearchState
from core.errors import QueryError
from templates.contexts.search import Mistake

_FIELD: Final = re.compile(r'[^\W\d]\w*:("(\\.|[^"\\])*"|[^\s()"]*)', re.DOTALL)  # as the grammar


def mistake(error: QueryError, state: SearchState) -> Mistake:
    """*error* as a page shows it."""
    hint_url = state.url(q=meant(state.q, error)) if error.hint else ""
    return Mistake(message=str(error), column=error.column, hint=error.hint, hint_url=hint_url)


def meant(query: str, error: QueryError) -> str:
    """The whole *query* with the hint of *error* taken.

    A hint for a field stands for that field alone, any other for the whole query.
    """
    field = _FIELD.match(query, error.column)
    if field is None:
        return error.hint
    return query[: field.start()] + error.hint + query[field.end() :]

"""A query that cannot be understood: where it goes wrong, and a link to what was probably meant."""

import re
from typing import Final

from console.search.params import SearchParams
from core.errors import QueryError
from templates.contexts.search import QueryMistake

_FIELD: Final = re.compile(r'[^\W\d]\w*:("(\\.|[^"\\])*"|[^\s()"]*)', re.DOTALL)  # as the grammar


def explain_mistake(error: QueryError, params: SearchParams) -> QueryMistake:
    """*error* as a page shows it."""
    hint_url = params.url(q=apply_hint(params.q, error)) if error.hint else ""
    return QueryMistake(message=str(error), column=error.column, hint=error.hint, hint_url=hint_url)


def apply_hint(query: str, error: QueryError) -> str:
    """The whole *query* with the hint of *error* taken.

    A hint for a field stands for that field alone, any other for the whole query.
    """
    field = _FIELD.match(query, error.column)
    if field is None:
        return error.hint
    return query[: field.start()] + error.hint + query[field.end() :]

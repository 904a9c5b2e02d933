"""Hints for invalid queries, applied to the whole query."""

import pytest

from console.search.form import apply_hint, explain_mistake
from console.search.params import SearchParams
from core.errors import QueryError
from indexer.query import parse


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("acme sentimnt:negative -x", "acme sentiment:negative -x"),
        ("sentiment:negativ", "sentiment:negative"),
        ('a languag:"en" b', "a language:en b"),
        ("(brake OR acme", "(brake OR acme)"),
        ("brake) acme", "brake acme"),
        ('acme "loud brake', 'acme "loud brake"'),
    ],
)
def test_the_link_of_a_hint_is_the_whole_query_put_right(query, right):
    with pytest.raises(QueryError) as error_info:
        parse(query)
    assert apply_hint(query, error_info.value) == right
    parse(right)


def test_without_a_hint_there_is_no_link():
    mistake = explain_mistake(QueryError("A word is missing.", column=3), SearchParams(q="a OR"))
    assert (mistake.column, mistake.hint_url) == (3, "")

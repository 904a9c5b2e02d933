"""Hints for invalid queries, applied to the whole query."""

from http import HTTPStatus

import pytest

from console.search.form import apply_hint, explain_problem
from console.search.params import SearchParams
from console.search.search import SearchProblem
from core.errors import QueryError
from indexer.query import parse


def problem_of(query, **position):
    return SearchProblem(
        params=SearchParams(q=query),
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        message="It is wrong.",
        **position,
    )


@pytest.mark.parametrize(
    ("query", "correct_query"),
    [
        ("acme sentimnt:negative -x", "acme sentiment:negative -x"),
        ("sentiment:negativ", "sentiment:negative"),
        ('a languag:"en" b', "a language:en b"),
        ("(brake OR acme", "(brake OR acme)"),
        ("brake) acme", "brake acme"),
        ('acme "loud brake', 'acme "loud brake"'),
    ],
)
def test_hint_links_to_the_corrected_query(query, correct_query):
    with pytest.raises(QueryError) as error_info:
        parse(query)
    error = error_info.value
    problem = problem_of(query, column=error.column, hint=error.hint)
    assert apply_hint(problem) == correct_query
    parse(correct_query)


def test_mistake_without_a_hint_has_no_link():
    mistake = explain_problem(problem_of("a OR", column=3))
    assert (mistake.column, mistake.hint_url) == (3, "")

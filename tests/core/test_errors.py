"""core.errors: the family is exported as a whole, and each class has its exit status."""

import pytest

from core import errors
from core.errors import ConfigError, HarkenError, PermanentError, QueryError, TransientError


def test_every_class_is_exported():
    classes = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert set(errors.__all__) == classes


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (HarkenError("x"), 1),
        (TransientError("x"), 1),
        (PermanentError("x"), 1),
        (ConfigError("x"), 2),
        (QueryError("x", column=0), 2),
    ],
)
def test_a_mistake_in_the_input_has_status_two_and_a_failure_one(error, status):
    assert error.exit_status == status


def test_the_explanation_of_a_query_error_counts_from_one_and_adds_the_hint():
    assert QueryError("unknown field", column=4).explanation == "unknown field (at character 5)"
    lines = QueryError("unknown field", column=0, hint="lang:de").explanation.splitlines()
    assert lines == ["unknown field (at character 1)", "Did you mean: lang:de"]

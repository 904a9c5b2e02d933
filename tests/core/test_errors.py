"""core.errors: every class is exported and has an exit status."""

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
def test_input_errors_exit_with_2_and_failures_with_1(error, status):
    assert error.exit_status == status


def test_explanation_of_query_error_counts_from_1_and_adds_the_hint():
    assert QueryError("unknown field", column=4).explanation == "unknown field (at character 5)"
    lines = QueryError("unknown field", column=0, hint="lang:de").explanation.splitlines()
    assert lines == ["unknown field (at character 1)", "Did you mean: lang:de"]

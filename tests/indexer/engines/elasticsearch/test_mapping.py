"""Indices by month, and the mapping of fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.document import SCHEMA
from indexer.engines.elasticsearch.mapping import (
    document_from_source,
    index_pattern,
    index_template,
    month_index,
    outdated_indices,
    to_source,
)
from indexer.query.fields import FIELDS
from tests.indexer import factories

DOCUMENT = factories.make_document("a", "Crème brûlée", topic=("price",), polarity=-0.5)


@pytest.mark.parametrize(
    ("published", "month"),
    [(0, "1970.01"), (-1, "1969.12"), (1_772_323_199, "2026.02"), (1_772_323_200, "2026.03")],
)
def test_month_of_publication_is_in_utc(published, month):
    assert month_index("harken", published) == f"harken-v{SCHEMA}-{month}"


@given(st.integers(-(10**9), 10**10))
def test_template_covers_every_month(published):
    """Without it the server would guess a mapping."""
    assert month_index("harken", published).startswith(index_pattern("harken").removesuffix("*"))
    assert index_template("harken")["index_patterns"] == [index_pattern("harken")]


def test_mapping_has_all_fields_of_a_document():
    """It is strict: an unknown field would reject the document."""
    properties = index_template("harken")["template"]["mappings"]["properties"]
    assert set(to_source(DOCUMENT)) == set(properties)
    assert {properties[name]["type"] for name in FIELDS} == {"keyword"}


def test_only_indices_of_an_older_schema_are_outdated():
    names = ["harken-v1-2026.02", f"harken-v{SCHEMA}-2026.02", "harken-v99-2026.02",
             "harken-v0-test-v1-2026.02", "harken-v1-notes", "xharken-v1-2026.02"]  # fmt: skip
    assert outdated_indices("harken", names) == ["harken-v1-2026.02"]


def test_document_round_trips():
    assert document_from_source(to_source(DOCUMENT)) == DOCUMENT

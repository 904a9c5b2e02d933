"""The page of the data model has exactly the tables and columns of the schema."""

import re
from pathlib import Path

import pytest
from sqlalchemy import JSON, Boolean, Date, Double, Integer, LargeBinary, String

from store.tables import Instant, metadata

PAGE = Path(__file__).parents[2] / "docs" / "data-model.md"
# The first that fits; Instant is no subclass of the others.
TYPES = {
    Instant: "time",
    JSON: "json",
    LargeBinary: "bytes",
    Boolean: "boolean",
    Double: "number",
    Date: "date",
    Integer: "integer",
    String: "text",
}
SECTION = re.compile(r"^### `(\w+)`$(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| [^|]+\.(?: \|)$", re.MULTILINE)
TABLES = sorted(metadata.tables)


def sections():
    return dict(SECTION.findall(PAGE.read_text(encoding="utf-8")))


def type_of(column):
    name = next(name for kind, name in TYPES.items() if isinstance(column.type, kind))
    return f"{name} or null" if column.nullable else name


def test_sections_are_the_tables():
    headings = re.findall(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == [f"`{name}`" for name in TABLES]


@pytest.mark.parametrize("name", TABLES)
def test_table_lists_every_column_with_its_type(name):
    columns = {column.name: type_of(column) for column in metadata.tables[name].columns}
    assert dict(ROW.findall(sections()[name])) == columns


@pytest.mark.parametrize("name", TABLES)
def test_key_of_a_table_is_its_primary_key(name):
    (line,) = re.findall(r"^Key: (.+)$", sections()[name], re.MULTILINE)
    assert re.findall(r"`(\w+)`", line) == [c.name for c in metadata.tables[name].primary_key]


@pytest.mark.parametrize("name", TABLES)
def test_table_has_writers_and_readers(name):
    assert re.search(r"\bWritten\b", sections()[name])
    assert re.search(r"\b(Read|read|reads)\b", sections()[name])


def test_table_names_in_the_text_exist():
    """Tables of the hand-overs, columns after their table, and references."""
    text = PAGE.read_text(encoding="utf-8")
    hand_overs = text[text.index("| hand-over |") : text.index("## Settings")]
    assert set(re.findall(r"`(\w+)`", hand_overs)) <= set(TABLES)
    pairs = re.findall(r"`(\w+)\.(\w+)`", text.replace("`harken.yaml`", ""))
    assert {(table, column) for table, column in pairs if table not in metadata.tables} == set()
    assert all(column in metadata.tables[table].columns for table, column in pairs)
    references = re.findall(r"(?:Id|Slug|slugs?|Slugs|Ids) (?:of topics|in) `(\w+)`", text)
    assert set(references) <= set(TABLES)

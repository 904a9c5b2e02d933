"""Decision records have one form, and the index lists all of them."""

import re
from datetime import date
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
NAMES = [path.name for path in RECORDS]
RESERVED = {26}  # numbers of records that are still to come
SECTIONS = ["Context", "Decision", "Rejected", "Consequences"]
WIDTH = 120  # characters in a line
HEAD = re.compile(
    r"# (?P<number>[1-9]\d*)\. (?P<title>\S.*)\n\n"
    r"Status: (?P<status>accepted|superseded by [1-9]\d*)\n\n"
    r"Date: (?P<date>\d{4}-\d\d-\d\d)\n\n"
    r"(?=## )"
)
HEADING = re.compile(r"^#{2,} (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| \[(\d+)\] \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"^\[(\d+)\]: (\S+)$", re.MULTILINE)


def head(text):
    """Return number, title, status and date; AssertionError: *text* begins in another form."""
    match = HEAD.match(text)
    assert match, f"not '# N. Title', Status, Date, '## …': {text[:200]!r}"
    return match.groupdict()


def heads():
    """Return the head of each record by file name, in the order of the numbers."""
    return {path.name: head(path.read_text(encoding="utf-8")) for path in RECORDS}


def slug(title):
    """Return *title* in lower case with a hyphen for whatever is no letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


@pytest.mark.parametrize("path", RECORDS, ids=NAMES)
def test_record_has_a_head_and_four_sections(path):
    text = path.read_text(encoding="utf-8")
    date.fromisoformat(head(text)["date"])
    _, *parts = HEADING.split(text)
    assert parts[::2] == SECTIONS
    assert all(content.strip() for content in parts[1::2])


@pytest.mark.parametrize("path", [*RECORDS, FOLDER / "README.md"], ids=[*NAMES, "README.md"])
def test_lines_are_short(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > WIDTH] == []


def test_numbers_are_consecutive_from_one():
    numbers = [int(facts["number"]) for facts in heads().values()]
    assert len(numbers) == len({*numbers})
    assert sorted(RESERVED.union(numbers)) == [*range(1, max(numbers) + 1)]


def test_file_name_has_number_and_title():
    names = [f"{int(f['number']):04}-{slug(f['title'])}.md" for f in heads().values()]
    assert names == NAMES


def test_folder_contains_nothing_else():
    assert sorted(path.name for path in FOLDER.iterdir()) == [*NAMES, "README.md"]


def test_record_is_superseded_by_a_later_one():
    records = heads().values()
    for facts in records:
        if successor := re.search(r"\d+", facts["status"]):
            assert int(facts["number"]) < int(successor[0]), facts
            assert successor[0] in {record["number"] for record in records}, facts


def test_references_to_records_exist():
    existing_numbers = {facts["number"] for facts in heads().values()}
    for path in RECORDS:
        numbers = re.findall(r"\bADR (\d+)", path.read_text(encoding="utf-8"))
        assert existing_numbers.issuperset(numbers), path.name


def test_index_lists_every_record():
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    columns = ("number", "title", "status", "date")
    assert ROW.findall(index) == [tuple(f[name] for name in columns) for f in heads().values()]
    assert LINK.findall(index) == [(f["number"], name) for name, f in heads().items()]


GOOD = "# 3. Emails are stored\n\nStatus: accepted\n\nDate: 2026-11-22\n\n## Context\n\nA crash.\n"


def test_valid_head_is_accepted():
    assert head(GOOD)["title"] == "Emails are stored"


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("# 3. ", "# "),
        ("Status: accepted\n\n", ""),
        ("accepted", "proposed"),
        ("accepted", "superseded"),
        ("2026-11-22", "22 November 2026"),
        ("Date: 2026-11-22\n\n", ""),
        ("## Context", "**Context.**"),
    ],
)
def test_invalid_head_is_rejected(part, instead):
    assert part in GOOD
    with pytest.raises(AssertionError, match="not '# N"):
        head(GOOD.replace(part, instead))

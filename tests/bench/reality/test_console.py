"""Each demand on a response of the console can be met and unmet; some use real pages."""

import json
import shutil

import pytest

from bench.reality import console
from bench.reality.search.pages import Browser, PageAnswer, box, judge, problems, twin_address
from indexer.engines.memory import MemoryIndex
from store.database import Database
from tests.console import sample_installation

BOX = '<input type="search" name="q" value="a &amp; b">'
HITS = {"a & b": 3, "b": 0, "c": 7}


def page_answer(page=BOX, status=200, **twin):
    return PageAnswer(status=status, page=page, twin={"total": 3} | twin, search=HITS.get)


@pytest.mark.parametrize(
    ("demand", "good", "bad"),
    [
        ({"status": 200}, page_answer(), page_answer(status=422)),
        ({"total_above": 2}, page_answer(), page_answer(total=2)),
        ({"told": True}, page_answer(total=0, error="no such language"), page_answer(total=0)),
        ({"told": True}, page_answer(total=0, hint="language:en"), page_answer(total=0, hint=None)),
        (
            {"told": True},
            page_answer(total=0, notes=["lower case"]),
            page_answer(total=0, notes=[]),
        ),
        ({"told": True}, page_answer(), page_answer(total=0)),
        ({"hint_not": "state:live"}, page_answer(hint="before:"), page_answer(hint="state:live")),
        (
            {"hint_parses_and_finds": True},
            page_answer(total=0, hint="c"),
            page_answer(total=0, hint="b"),
        ),
        ({"hint_parses_and_finds": True}, page_answer(), page_answer(total=0)),
        ({"hint_parses_and_finds": True}, page_answer(hint="b"), page_answer(total=0, hint="x")),
        ({"same_box": True}, page_answer(), page_answer(total=4)),
        ({"same_box": True}, page_answer(), page_answer(page="<p>no box</p>")),
        ({"html_without": "maxlength="}, page_answer(), page_answer(page="<input maxlength=5>")),
    ],
)
def test_demands_on_a_page(demand, good, bad):
    assert list(problems({"id": "a", "get": "/"} | demand, good)) == []
    assert len(list(problems({"id": "a", "get": "/"} | demand, bad))) == 1


def test_disabled_demand_is_ignored():
    demands = {"told": False, "same_box": False, "hint_parses_and_finds": False}
    assert list(problems(demands, page_answer(total=0, page=""))) == []


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (BOX, "a & b"),
        ('<input value="x" name="q">', "x"),
        ('<input name="q">', ""),
        ('<input name="q" value="a\r\nb">', "ab"),
        ('<input type="hidden" name="q" value="old"><input name="q" value="new">', "new"),
        ('<input name="other" value="x">', None),
    ],
)
def test_content_of_the_search_box(page, text):
    assert box(page) == text


def test_json_url_has_the_query_of_the_page():
    address = "/?q=a+b&range=all&q=c&utm_source="
    assert twin_address(address, None) == "/search.json?q=c&range=all"
    assert twin_address(address, "x & y") == "/search.json?q=x+%26+y&range=all"


@pytest.fixture(scope="module")
def context(sqlite_template, tmp_path_factory):
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("console") / "record.db")
    record = Database(f"sqlite:///{path}")
    sample_installation.fill_database(record)
    yield sample_installation.make_context(
        record, sample_installation.fill_index(record, MemoryIndex())
    )
    record.close()


@pytest.mark.parametrize(
    ("row", "is_right"),
    [
        ({"get": "/?q=brake&range=all", "status": 200, "total_above": 1, "same_box": True}, True),
        ({"get": "/?q=brake&range=all", "total_above": 10**6}, False),
        ({"get": "/?q=%22brake", "status": 200}, False),
        ({"get": "/?q=%22brake", "told": True}, True),
        ({"get": "/nowhere", "status": 404}, True),
        ({"get": "/", "html_without": "<form"}, False),
    ],
)
def test_real_pages(context, row, is_right):
    verdict, seen = judge({"id": "a"} | row, Browser(context))
    assert verdict is is_right
    assert "status " in seen


def test_exception_of_the_console_is_a_wrong_result(context, monkeypatch):
    def explode(*_args, **_more):
        raise ZeroDivisionError("seven by nought")

    monkeypatch.setattr(context.index, "search", explode)
    verdict, seen = judge({"id": "a", "get": "/?q=brake"}, Browser(context))
    assert verdict is False
    assert seen == "ZeroDivisionError: seven by nought"


def test_count_of_rows(tmp_path):
    path = tmp_path / console.FILE
    path.parent.mkdir()
    path.write_text("".join(json.dumps({"id": name, "get": "/"}) + "\n" for name in "abc"))
    assert console.count(tmp_path) == 3

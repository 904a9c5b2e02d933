"""Queries of the area `index`, with the hits of every engine."""

import json

import pytest

from bench.reality import index
from bench.reality.product import ProductError, call
from bench.reality.results import CaseResult
from bench.reality.search import operations, queries, same
from bench.reality.search.documents import identity
from bench.reality.search.queries import RIGHT, QueryCase, compare, load_cases, merge
from bench.reality.search.rows import load_rows
from indexer.engines.memory import MemoryIndex
from indexer.engines.tantivy.index import TantivyIndex

ROW = {
    "id": "loud",
    "kind": "words",
    "query": "brake loud",
    "fits": ["A loud brake", "Brake: LOUD"],
    "not": ["a brake", "loud"],
    "or_refuse": False,
    "level": "must",
    "note": "no part of the verdict",
}


def case(**fields):
    defaults = {
        "id": "loud",
        "kind": "words",
        "query": "brake loud",
        "fits": ("A loud brake", "Brake: LOUD"),
        "misfits": ("a brake", "loud"),
        "may_refuse": False,
    }
    return QueryCase(**defaults | fields)


def ids(*names):
    return {identity(name) for name in names}


@pytest.fixture
def write(tmp_path):
    """Write rows into a folder of inputs, and return the folder."""

    def write(*rows):
        path = tmp_path / "inputs" / index.FILE
        path.parent.mkdir(parents=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return tmp_path / "inputs"

    return write


@pytest.fixture
def engines(tmp_path):
    memory, tantivy = MemoryIndex(), TantivyIndex(tmp_path / "queries", writer=True)
    with memory, tantivy:
        tantivy.setup()
        yield {"memory": memory, "tantivy": tantivy}


def test_row_is_loaded_as_a_case(write):
    assert load_cases(write(ROW) / index.FILE) == [case()]


def test_line_separators_and_blank_lines_end_no_row(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a\u2028b\x85c"}\n\n{"text": "d"}\n')
    assert load_rows(path) == [{"text": "a\u2028b\x85c"}, {"text": "d"}]


def test_count_of_rows_and_cases_in_code(write):
    folder = write(ROW, ROW | {"id": "other"})
    assert index.count(folder) == 2 + operations.count() + same.count() == 2 + 6 + 3


@pytest.mark.parametrize(
    ("hits", "answer"),
    [
        (ids("loud fits 0", "loud fits 1"), RIGHT),
        (ids("loud fits 0", "loud fits 1", "another case fits 0"), RIGHT),
        (ids("loud fits 0"), "not found: ['Brake: LOUD']"),
        (ids("loud fits 0", "loud fits 1", "loud not 1"), "found: ['loud']"),
        (ids("loud not 0", "loud fits 1"), "not found: ['A loud brake']; found: ['a brake']"),
    ],
)
def test_result_is_right_for_exactly_the_matching_texts(hits, answer):
    assert compare(case(), hits) == answer


def test_results_of_agreeing_engines_are_merged():
    assert merge({"memory": RIGHT, "tantivy": RIGHT}) == RIGHT
    assert merge({"memory": RIGHT, "tantivy": "found: ['a']"}) == (
        "engines differ: memory: right; tantivy: found: ['a']"
    )


def test_real_queries(engines):
    cases = [
        case(),
        case(id="wrong", misfits=("A loud brake",)),
        case(id="none", fits=("A silent brake",)),
        case(id="refused", query='"brake', may_refuse=True),
        case(id="must-not-refuse", query='"brake'),
    ]
    results = {r.id: r for r in queries.play(cases, engines, "by both")}
    assert {name: r.right for name, r in results.items()} == {
        "loud": True,
        "wrong": False,
        "none": False,
        "refused": True,
        "must-not-refuse": False,
    }
    assert results["loud"] == CaseResult("words", "loud", right=True, seen="right (by both)")
    assert results["wrong"].seen == "found: ['A loud brake'] (by both)"
    assert results["refused"].seen.startswith("refused: ")


def test_one_wrong_engine_makes_the_case_wrong(engines):
    engines["memory"].apply = lambda batch: []
    (result,) = queries.play([case()], engines, "by both")
    assert result.right is False
    assert "tantivy: right" in result.seen


def test_exception_of_the_product_is_a_wrong_result(tmp_path):
    reader = TantivyIndex(tmp_path, writer=False)  # it refuses to write
    (result,) = queries.play([case()], {"tantivy": reader}, "by one")
    assert result.right is False
    assert result.seen.startswith("ConfigError: ")


def test_exception_of_the_player_is_raised(engines):
    with pytest.raises(TypeError):
        list(queries.play([case(fits=None)], engines, ""))


def test_product_error_has_class_and_cause():
    with pytest.raises(ProductError, match="ValueError: invalid literal") as error:
        call(int, "x")
    assert isinstance(error.value.__cause__, ValueError)
    assert call(int, "7") == 7


def test_without_a_node_two_engines_run_and_the_rest_is_skipped(write, tmp_path, monkeypatch):
    monkeypatch.setenv("SHARED", str(tmp_path))
    (tmp_path / "work").mkdir()
    results = index.play(write(ROW), tmp_path / "work")
    first = next(results)
    assert first.right is True
    assert first.seen.startswith("right (by memory, tantivy; no Elasticsearch: SHARED has no")
    others = [next(results) for _ in range(operations.count())]
    results.close()
    assert [result.right for result in others[:-1]] == [None] * 5
    assert all("SHARED has no elasticsearch" in result.seen for result in others[:-1])
    assert others[-1].right is not None  # that of the embedded engine
    assert len({result.id for result in [first, *others]}) == 1 + operations.count()

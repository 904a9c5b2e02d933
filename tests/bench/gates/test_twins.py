"""Classes of two rooms that share more than four field names."""

from pathlib import Path

import pytest

from bench.gates import twins

ROOT = Path(__file__).parents[3]
FIELDS = ("id", "text", "language", "watches", "attempts")


def tree(root, **modules):
    """Write one module a room; a keyword is the room, its value the text."""
    for room, text in modules.items():
        (root / room).mkdir()
        (root / room / "__init__.py").touch()
        (root / room / "rows.py").write_text(text, encoding="utf-8")
    return root


def plain(name, fields=FIELDS, base=""):
    return f"class {name}{base}:\n" + "".join(f"    {field}: str\n" for field in fields)


def test_classes_of_two_packages_with_five_common_fields_are_twins(tmp_path):
    root = tree(tmp_path, nlp=plain("Work"), store="\n\n" + plain("Pending", (*FIELDS, "owner")))
    assert twins.problems(root) == [
        "nlp/rows.py:1 nlp.Work and store.Pending share 5 fields: attempts id language text watches"
    ]


@pytest.mark.parametrize("base", ["(BaseModel)", "(TypedDict)", "(NamedTuple)", ""])
def test_every_kind_of_value_class_counts(tmp_path, base):
    root = tree(tmp_path, nlp=plain("Work", base=base), store=plain("Pending"))
    assert len(twins.problems(root)) == 1


def test_four_common_fields_are_no_problem(tmp_path):
    root = tree(tmp_path, nlp=plain("Work", FIELDS[:4]), store=plain("Pending"))
    assert twins.problems(root) == []


def test_constants_are_no_fields(tmp_path):
    text = plain("Work").replace(": str", ": ClassVar[str]")
    assert twins.problems(tree(tmp_path, nlp=text, store=plain("Pending"))) == []


def test_classes_of_one_package_are_no_twins(tmp_path):
    root = tree(tmp_path, store=plain("Work") + plain("Pending"))
    assert twins.problems(root) == []


def test_bench_and_tests_are_ignored(tmp_path):
    root = tree(tmp_path, bench=plain("Work"), tests=plain("Work"), store=plain("Pending"))
    assert twins.problems(root) == []


def test_inherited_fields_count(tmp_path):
    text = plain("Base", FIELDS[:2]) + plain("Work", FIELDS[2:], base="(Base)")
    lines = twins.problems(tree(tmp_path, nlp=text, store=plain("Pending")))
    assert [line.partition(" share")[0] for line in lines] == [
        "nlp/rows.py:4 nlp.Work and store.Pending"
    ]


def test_class_is_no_twin_of_its_base_or_siblings(tmp_path):
    heir = "from core.rows import Value\n\n" + plain("Heir", ("owner",), base="(Value)")
    assert twins.problems(tree(tmp_path, core=plain("Value"), nlp=heir, store=heir)) == []


def test_product_has_no_twins():
    assert twins.problems(ROOT) == []


def test_every_allowed_pair_exists_and_has_a_reason():
    assert twins.ALLOWED.keys() - twins.pairs(ROOT).keys() == set()
    assert all(twins.ALLOWED.values())

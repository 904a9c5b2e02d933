"""Public classes of one name in two modules."""

from bench.gates import homonyms


def test_two_public_classes_with_one_name_are_a_problem(write_tree):
    root = write_tree(
        {"store/a.py": "class Row:\n    pass\n", "nlp/b.py": "\nclass Row:\n    pass\n"}
    )
    assert homonyms.problems(root) == ["nlp/b.py:2 Row", "store/a.py:1 Row"]


def test_repeated_name_in_one_module_passes(write_tree):
    assert homonyms.problems(write_tree({"store/a.py": "class Row:\n    pass\n"})) == []


def test_private_and_nested_classes_may_share_names(write_tree):
    text = "class _Row:\n    pass\n\n\nclass NAME:\n    class Options:\n        pass\n"
    root = write_tree({f"store/{n}.py": text.replace("NAME", n.title()) for n in ("a", "b")})
    assert homonyms.problems(root) == []


def test_plug_ins_may_share_names(write_tree):
    text = "class Options:\n    pass\n"
    root = write_tree({"crawlers/sources/a.py": text, "crawlers/sources/b.py": text})
    assert homonyms.problems(root) == []

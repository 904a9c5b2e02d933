"""The tree of exceptions in the docstring of core/errors.py."""

from bench.gates import exceptions

ERRORS = '''
"""Every error.

HarkenError
├── ConfigError         the operator must act
│   └── RowError        a row is wrong
└── TransientError      it may work later
"""


class HarkenError(Exception):
    pass


class ConfigError(HarkenError):
    pass


class TransientError(HarkenError):
    pass
'''.lstrip()
ROW = "from core import errors\n\n\nclass RowError(errors.ConfigError):\n    pass\n"


def test_complete_tree_of_exceptions_passes(write_tree):
    assert (
        exceptions.problems(write_tree({"core/errors.py": ERRORS, "nlp/evaluation/task.py": ROW}))
        == []
    )


def test_subclass_in_any_package_must_be_drawn(write_tree):
    pause = (
        "from core.errors import TransientError\n\nclass PauseError(TransientError):\n    pass\n"
    )
    root = write_tree(
        {"core/errors.py": ERRORS, "nlp/evaluation/task.py": ROW, "crawlers/pause.py": pause}
    )
    assert exceptions.problems(root) == [
        "crawlers/pause.py:3 PauseError is not drawn in core/errors.py"
    ]


def test_indirect_subclass_must_be_drawn(write_tree):
    far = ROW + "\n\nclass CellError(RowError):\n    pass\n"
    root = write_tree({"core/errors.py": ERRORS, "nlp/evaluation/task.py": far})
    assert exceptions.problems(root) == [
        "nlp/evaluation/task.py:8 CellError is not drawn in core/errors.py"
    ]


def test_class_must_be_drawn_below_its_base(write_tree):
    elsewhere = ROW.replace("ConfigError", "TransientError")
    root = write_tree({"core/errors.py": ERRORS, "nlp/evaluation/task.py": elsewhere})
    problem = "nlp/evaluation/task.py:4 RowError is drawn below ConfigError, which is not its base"
    assert exceptions.problems(root) == [problem]


def test_removed_class_must_not_be_drawn(write_tree):
    root = write_tree({"core/errors.py": ERRORS})
    assert exceptions.problems(root) == [
        "core/errors.py:1 RowError is drawn, but no room defines it"
    ]


def test_other_exceptions_need_not_be_drawn(write_tree):
    other = ROW + "\n\nclass StopError(Exception):\n    pass\n"
    assert (
        exceptions.problems(write_tree({"core/errors.py": ERRORS, "nlp/evaluation/task.py": other}))
        == []
    )

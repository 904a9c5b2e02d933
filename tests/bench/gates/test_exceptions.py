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


def test_a_complete_drawing_passes(plant):
    assert (
        exceptions.problems(plant({"core/errors.py": ERRORS, "nlp/evaluation/task.py": ROW})) == []
    )


def test_a_subclass_of_any_room_must_be_drawn(plant):
    pause = (
        "from core.errors import TransientError\n\nclass PauseError(TransientError):\n    pass\n"
    )
    root = plant(
        {"core/errors.py": ERRORS, "nlp/evaluation/task.py": ROW, "crawlers/pause.py": pause}
    )
    assert exceptions.problems(root) == [
        "crawlers/pause.py:3 PauseError is not drawn in core/errors.py"
    ]


def test_a_subclass_of_a_subclass_must_be_drawn(plant):
    far = ROW + "\n\nclass CellError(RowError):\n    pass\n"
    root = plant({"core/errors.py": ERRORS, "nlp/evaluation/task.py": far})
    assert exceptions.problems(root) == [
        "nlp/evaluation/task.py:8 CellError is not drawn in core/errors.py"
    ]


def test_a_class_stands_below_its_base(plant):
    elsewhere = ROW.replace("ConfigError", "TransientError")
    root = plant({"core/errors.py": ERRORS, "nlp/evaluation/task.py": elsewhere})
    problem = "nlp/evaluation/task.py:4 RowError is drawn below ConfigError, which is not its base"
    assert exceptions.problems(root) == [problem]


def test_a_class_that_is_gone_is_not_drawn(plant):
    root = plant({"core/errors.py": ERRORS})
    assert exceptions.problems(root) == [
        "core/errors.py:1 RowError is drawn, but no room defines it"
    ]


def test_exceptions_of_other_families_need_no_drawing(plant):
    other = ROW + "\n\nclass StopError(Exception):\n    pass\n"
    assert (
        exceptions.problems(plant({"core/errors.py": ERRORS, "nlp/evaluation/task.py": other}))
        == []
    )

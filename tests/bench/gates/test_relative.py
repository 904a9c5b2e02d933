"""The share of docstrings that begin with a relative word."""

import pytest

from bench.gates import relative

CLEAN = '"""Rows of the database."""\n\n\ndef read():\n    """Return the rows."""\n'


def test_verbs_and_nouns_pass(write_tree):
    assert relative.problems(write_tree({"store/rows.py": CLEAN})) == []


@pytest.mark.parametrize("word", sorted(relative.WORDS))
def test_docstring_with_a_relative_word_first_is_a_problem(write_tree, word):
    root = write_tree({"store/rows.py": f'def read():\n    """\n    {word} the rows are."""\n'})
    assert relative.problems(root) == [f"store/rows.py:2 {word} the rows are."]


def test_only_the_first_word_counts(write_tree):
    root = write_tree({"store/rows.py": '"""Rows, and what they hold. Whatever it is."""\n'})
    assert relative.problems(root) == []


def test_docstrings_of_classes_modules_and_coroutines_count(write_tree):
    text = """
        'What.'
        class Row:
            'How.'
            async def read(self):
                'Who.'
    """
    (measure,) = relative.measures(write_tree({"store/rows.py": text}))
    assert [place.split()[1] for place in measure.places] == ["What.", "How.", "Who."]


def test_limit_is_three_percent(write_tree):
    def text(count):
        words = ["What"] * count + ["Rows"] * (100 - count)
        return "".join(f'def f{i}():\n    """{word} here."""\n' for i, word in enumerate(words))

    assert relative.problems(write_tree({"store/rows.py": text(3)})) == []
    assert len(relative.problems(write_tree({"store/rows.py": text(4)}))) == 4

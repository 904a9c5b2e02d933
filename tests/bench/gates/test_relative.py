"""The share of docstrings that begin with a relative word."""

import pytest

from bench.gates import relative

CLEAN = '"""Rows of the database."""\n\n\ndef read():\n    """Return the rows."""\n'


def test_verbs_and_nouns_pass(plant):
    assert relative.problems(plant({"store/rows.py": CLEAN})) == []


@pytest.mark.parametrize("word", sorted(relative.WORDS))
def test_a_relative_word_first_is_a_problem(plant, word):
    root = plant({"store/rows.py": f'def read():\n    """\n    {word} the rows are."""\n'})
    assert relative.problems(root) == [f"store/rows.py:2 {word} the rows are."]


def test_the_word_first_alone_counts(plant):
    root = plant({"store/rows.py": '"""Rows, and what they hold. Whatever it is."""\n'})
    assert relative.problems(root) == []


def test_classes_modules_and_coroutines_count(plant):
    text = """
        'What.'
        class Row:
            'How.'
            async def read(self):
                'Who.'
    """
    (measure,) = relative.measures(plant({"store/rows.py": text}))
    assert [place.split()[1] for place in measure.places] == ["What.", "How.", "Who."]


def test_three_percent_pass_and_four_do_not(plant):
    def text(count):
        words = ["What"] * count + ["Rows"] * (100 - count)
        return "".join(f'def f{i}():\n    """{word} here."""\n' for i, word in enumerate(words))

    assert relative.problems(plant({"store/rows.py": text(3)})) == []
    assert len(relative.problems(plant({"store/rows.py": text(4)}))) == 4

"""The shares of bare participles among local names."""

from bench.gates import participles

CLEAN = """
def match(texts, limit):
    rows = [text for text in texts]
    return rows[:limit]
"""


def module(names):
    """A function that stores *names*, one a line."""
    return "\n".join(["def match(self):", *(f"    {name} = 1" for name in names)]) + "\n"


def test_tree_without_participles_passes(write_tree):
    assert participles.problems(write_tree({"store/rows.py": CLEAN})) == []


def test_word_of_the_22_is_reported_with_its_line(write_tree):
    root = write_tree({"store/rows.py": "\n\ndef match(told):\n    return told\n"})
    assert participles.problems(root) == ["store/rows.py:3 told", "store/rows.py:3 told"]


def test_other_participle_breaks_the_second_limit_only(write_tree):
    root = write_tree({"store/rows.py": "def match(rows):\n    merged = rows\n    return merged\n"})
    common, every = participles.measures(root)
    assert (common.fails, every.fails) == (False, True)
    assert participles.problems(root) == ["store/rows.py:2 merged"]


def test_limits_are_half_a_percent_and_one_and_a_half(write_tree):
    nouns = [f"row{i}x" for i in range(1, 200)]  # and self: 200 names
    root = write_tree({"store/rows.py": module([*nouns[:-1], "found"])})
    common, every = participles.measures(root)
    assert (common.fails, every.fails) == (False, False)  # 1 of 200: .5 %
    root = write_tree({"store/rows.py": module([*nouns[:-2], "found", "told"])})
    common, every = participles.measures(root)
    assert (common.fails, every.fails) == (True, False)  # 2 of 200: 1 %
    root = write_tree({"store/rows.py": module([*nouns[:-4], "merged", "sent", "lost", "packed"])})
    common, every = participles.measures(root)
    assert (common.fails, every.fails) == (False, True)  # 4 of 200: 2 %


def test_participles_within_the_limits_are_listed(write_tree):
    root = write_tree({"store/rows.py": module([*(f"row{i}x" for i in range(1, 300)), "found"])})
    assert participles.problems(root) == []
    assert participles.measures(root)[0].places == ("store/rows.py:301 found",)


def test_name_counts_once_per_function_where_it_is_first_stored(write_tree):
    text = "def match():\n    for kept in ():\n        pass\n    kept = 1\n    return kept\n"
    assert participles.measures(write_tree({"core/a.py": text}))[0].places == ("core/a.py:2 kept",)


def test_tests_and_migrations_do_not_count(write_tree):
    text = "def match(told):\n    return told\n"
    root = write_tree(
        {
            "tests/store/test_rows.py": text,
            "store/migrations/versions/0001.py": text,
            "store/rows.py": CLEAN,
        }
    )
    assert participles.problems(root) == []

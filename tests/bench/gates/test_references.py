"""References of the prose to files and papers."""

import pytest

from bench.gates import references

EXISTING = {
    "README.md": "Read docs/ARCHITECTURE.md.\n",
    "docs/ARCHITECTURE.md": "Begin with [words](adr/0001-words.md).\n",
    "docs/adr/0001-words.md": "See ../settings.md and `core.tokenizer.words`.\n",
    "docs/settings.md": "| `core.port` | Port. | 1 |\n",
    "core/tokenizer.py": '"""Words, read by ``grammar.lark``; the setting core.port."""\n',
    "core/grammar.lark": "",
}


def test_references_to_existing_files_pass(write_tree):
    assert references.problems(write_tree(EXISTING)) == []


@pytest.mark.parametrize("word", ["alerts.md", "core/gone.py", "../x.json", "core.gone", "a.sh"])
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/a.py", '"""See WORD."""\n'),
        ("core/a.py", "X = 1  # as in WORD\n"),
        ("tests/core/test_a.py", '"""As WORD says."""\n'),
        ("docs/a.md", "See `WORD`.\n"),
        ("taxonomy.yaml", "a: 1 # from WORD\n"),
        ("Makefile", "# of WORD\n"),
    ],
)
def test_reference_to_a_missing_file_is_a_problem(write_tree, path, text, word):
    root = write_tree(EXISTING | {path: text.replace("WORD", word)})
    assert references.problems(root) == [f"{path}:1 {word}"]


@pytest.mark.parametrize(
    "word",
    ["harken.yaml", "robots.txt", "out/bench.json", "https://a.example/feed.json", "/a.json"],
)
def test_files_of_users_commands_and_urls_pass(write_tree, word):
    assert references.problems(write_tree({"docs/a.md": f"See {word}.\n"})) == []


@pytest.mark.parametrize(
    ("word", "exists"),
    [
        ("crawlers/sources/NAME.py", True),
        ("sources/*.py", True),
        ("crawlers.sources.NAME", True),
        ("crawlers/channels/NAME.py", False),
        ("crawlers.channels.NAME", False),
        ("NOTES.md", False),
    ],
)
def test_placeholder_needs_an_existing_folder(write_tree, word, exists):
    root = write_tree({"crawlers/sources/feed.py": "", "docs/a.md": f"See {word}.\n"})
    assert references.problems(root) == ([] if exists else [f"docs/a.md:1 {word}"])


def test_strings_and_code_are_not_checked(write_tree):
    root = write_tree({"core/a.py": 'import core.gone\n\nX = "gone.md"  # a name\n'})
    assert references.problems(root) == []


def test_inputs_of_tests_are_not_checked(write_tree):
    assert references.problems(write_tree({"tests/cases/feed/a/page.md": "See gone.md.\n"})) == []


@pytest.mark.parametrize(
    "sentence", ["Written in H2.", "The keys of the contract.", "The contract's x."]
)
def test_reference_outside_the_repository_is_a_problem(write_tree, sentence):
    (problem,) = references.problems(write_tree({"core/a.py": f'"""{sentence}"""\n'}))
    assert problem.startswith("core/a.py:1 ")


@pytest.mark.parametrize(
    "sentence",
    ["The contract of a source.", "See the contract suite.", "The JSON contract.", "H5, 3H1"],
)
def test_named_contract_passes(write_tree, sentence):
    assert references.problems(write_tree({"core/a.py": f'"""{sentence}"""\n'})) == []


def test_problem_has_its_line_in_a_long_docstring(write_tree):
    root = write_tree(
        {"core/a.py": 'def f():\n    """Return it.\n\n    As gone.md says.\n    """\n'}
    )
    assert references.problems(root) == ["core/a.py:4 gone.md"]

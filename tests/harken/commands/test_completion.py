"""Shell completion of sources, models and tasks; a broken harken.yaml completes nothing."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

START = "import sys; sys.argv = ['harken']; from harken.__main__ import main; main()"
SETTINGS = """\
sources:
  - {slug: blog, kind: feed}
  - {slug: board, kind: forum}
  - {slug: wiki, kind: feed}
"""


@pytest.fixture
def complete(tmp_path):
    """Return a function from a line to the completions of its last word in bash."""
    (tmp_path / "harken.yaml").write_text(SETTINGS)
    (tmp_path / "broken.yaml").write_text("sources: [")

    def completions(line):
        words = line.split(" ")
        shell = {"_HARKEN_COMPLETE": "complete_bash", "COMP_WORDS": line}
        process = subprocess.run(
            [sys.executable, "-c", START],
            check=False,
            cwd=tmp_path,
            env=os.environ | shell | {"COMP_CWORD": str(len(words) - 1)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (process.returncode, process.stderr) == (0, "")
        return process.stdout.split()

    return completions


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("harken cr", ["crawl"]),
        ("harken crawl ", ["blog", "board", "wiki"]),
        ("harken crawl blog b", ["blog", "board"]),
        ("harken crawl --config broken.yaml b", []),
        ("harken crawl --config missing.yaml b", []),
        ("harken evaluate --task se", ["sentiment"]),
        ("harken model verify mini", ["minilm"]),
    ],
)
def test_completions_of_the_last_word(complete, line, words):
    assert complete(line) == words

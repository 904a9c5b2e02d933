"""The shell completes sources of harken.yaml, models and tasks; a broken file completes nothing."""

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
    """Return what bash is offered for the last word of a line."""
    (tmp_path / "harken.yaml").write_text(SETTINGS)
    (tmp_path / "broken.yaml").write_text("sources: [")

    def offered(line):
        words = line.split(" ")
        shell = {"_HARKEN_COMPLETE": "complete_bash", "COMP_WORDS": line}
        done = subprocess.run(
            [sys.executable, "-c", START],
            check=False,
            cwd=tmp_path,
            env=os.environ | shell | {"COMP_CWORD": str(len(words) - 1)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split()

    return offered


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
def test_the_last_word_is_completed(complete, line, words):
    assert complete(line) == words

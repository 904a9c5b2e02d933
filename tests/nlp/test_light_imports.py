"""The console and the crawlers use nlp/ without paying for torch."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "module", ["analyse", "clean", "duplicates", "evaluate", "language", "model", "topics"]
)
def test_importing_it_does_not_import_torch(module):
    code = (
        f"import sys, nlp.{module}; sys.exit(bool({{'torch', 'transformers'}} & {{*sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0

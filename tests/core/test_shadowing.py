"""Names of our packages are common: no other package may be imported instead."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ["alerts", "config", "console", "core", "crawlers", "harken", "indexer", "nlp", "store"]


@pytest.mark.parametrize("name", [*NAMES, "templates"])
def test_installed_package_is_imported_from_any_folder(name, tmp_path):
    try:
        distribution("harken")
    except PackageNotFoundError:
        pytest.skip("not installed")
    result = subprocess.run(
        [sys.executable, "-I", "-c", f"import {name}; print({name}.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(result.stdout.strip()) == ROOT / name / "__init__.py"

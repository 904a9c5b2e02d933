"""The script for machines with a GPU runs from a file of its own, on a CPU alone too."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.model, pytest.mark.slow]

SCRIPT = Path(__file__).parents[2] / "bench" / "gpu.py"


def test_a_copy_elsewhere_prints_rates(tmp_path):
    """It imports nothing of Harken: the copy has no other file beside it."""
    copy = shutil.copy(SCRIPT, tmp_path)
    process = subprocess.run(
        [sys.executable, "-P", copy, "--shapes", "minilm", "--seconds", "0.01", "--rounds", "1"],
        check=True, capture_output=True, cwd=tmp_path, timeout=280,
    )  # fmt: skip
    output = json.loads(process.stdout)
    rows = [row for row in output["rows"] if row["device"] == "cpu"]
    assert {row["work"] for row in rows} == {"predict", "train"}
    assert all(row.get("texts_a_second", row.get("steps_a_second")) > 0 for row in rows)
    assert output["machine"]["torch"]

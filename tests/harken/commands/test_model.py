"""``harken model``: list, verify and describe models."""

import json
import subprocess
import sys

import pytest

from core.plugins import available

pytestmark = pytest.mark.model  # the classes of the models import torch


def harken(*arguments):
    """Return the exit status, the JSON on stdout, and stderr."""
    command = [sys.executable, "-m", "harken", "model", *arguments, "--json"]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return process.returncode, json.loads(process.stdout or "null"), process.stderr


def test_list_has_encoder_and_figures_of_every_model():
    status, output, _ = harken("list")
    assert (status, output["verb"], output["ok"]) == (0, "model list", True)
    assert [row["name"] for row in output["models"]] == available("nlp.models")
    for row in output["models"]:
        assert row["installed"] is True
        assert len(row["encoder_sha256"]) == len(row["adapter_sha256"]) == 64
        assert row["bytes"] < 10_000_000
        for head in row["heads"].values():
            assert head["classes"]
            assert head["languages"]
            assert all(figure["set"] and figure["n"] > 0 for figure in head["figures"])


def test_unchanged_model_verifies_and_is_not_installed_again():
    status, output, _ = harken("verify", "minilm")
    assert (status, output["ok"], output["models"], output["wrong"]) == (0, True, ["minilm"], {})
    status, output, _ = harken("install", "minilm")
    assert (status, output["installed"]) == (0, {"minilm-l6": False})


def test_unknown_model_is_an_error_with_a_suggestion():
    status, output, error = harken("verify", "minilmm")
    assert (status, output) == (2, None)
    assert "Did you mean 'minilm'?" in error

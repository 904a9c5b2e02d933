"""nlp.encoder.pretrained: only the pinned weights are loaded."""

import hashlib

import pytest

from core.errors import ConfigError
from nlp.encoder.pretrained import WEIGHTS_FILE, PretrainedEncoder
from nlp.encoder.weights_sources.minilm import MINILM

SMALL = b"x" * 3_000_000
ENCODER = PretrainedEncoder(
    name="small",
    requirements=(),
    sha256=hashlib.sha256(SMALL).hexdigest(),
    licence="MIT",
    unpack=lambda packages, folder: None,
)


def test_missing_encoder_is_an_error_with_a_remedy():
    with pytest.raises(
        ConfigError, match="encoder small is not installed; run: harken model install"
    ):
        ENCODER.locate()


def test_other_weights_are_rejected(tmp_path):
    (tmp_path / WEIGHTS_FILE).write_bytes(b"other weights")
    with pytest.raises(ConfigError, match=r"sha256 [0-9a-f]{16}…, expected 53aa51172d142c89…; run"):
        MINILM.verify(tmp_path)


def test_missing_weights_are_rejected(tmp_path):
    with pytest.raises(ConfigError, match=r"model\.safetensors is missing; run"):
        MINILM.verify(tmp_path)


def test_expected_weights_are_accepted(tmp_path):
    (tmp_path / WEIGHTS_FILE).write_bytes(SMALL)
    assert ENCODER.verify(tmp_path) == ENCODER.sha256


@pytest.mark.model
def test_the_installed_encoder_has_the_pinned_weights():
    assert MINILM.verify() == MINILM.sha256


def test_encoders_can_be_members_of_a_set():
    assert len({ENCODER, MINILM, MINILM}) == 2

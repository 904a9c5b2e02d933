"""Fixtures of a tiny random encoder and an adapter for it, created once per test file."""

import pytest

from tests.nlp.factories import tiny_adapter, tiny_encoder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def adapter(encoder, tmp_path_factory):
    return tiny_adapter(encoder, tmp_path_factory.mktemp("adapter") / "a.safetensors")

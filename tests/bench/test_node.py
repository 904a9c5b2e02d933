"""A node is there for as long as it is needed."""

import shutil
import urllib.error
import urllib.request

import pytest

from bench.node import elasticsearch
from bench.shared import shared_path
from core.errors import ConfigError


@pytest.fixture
def _installed():
    try:
        shared_path("elasticsearch/run.sh")
    except ConfigError:
        pytest.skip("not installed")
    if shutil.which("java") is None:
        pytest.skip("not installed")


@pytest.mark.service
@pytest.mark.usefixtures("_installed")
def test_a_node_answers_and_is_gone_afterwards():
    with elasticsearch() as url, urllib.request.urlopen(url, timeout=20) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=5)


def test_without_one_to_start_the_operator_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("SHARED", str(tmp_path))
    with pytest.raises(ConfigError, match="SHARED has no elasticsearch"), elasticsearch():
        pass

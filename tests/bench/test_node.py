"""A node of Elasticsearch runs as long as its context manager."""

import shutil
import urllib.error
import urllib.request

import pytest

from bench.node import elasticsearch
from bench.shared import shared_path
from core.errors import ConfigError


@pytest.fixture
def _node_or_skip():
    try:
        shared_path("elasticsearch/run.sh")
    except ConfigError:
        pytest.skip("not installed")
    if shutil.which("java") is None:
        pytest.skip("not installed")


@pytest.mark.service
@pytest.mark.usefixtures("_node_or_skip")
def test_node_responds_and_is_stopped_afterwards():
    with elasticsearch() as url, urllib.request.urlopen(url, timeout=20) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=5)


def test_missing_node_is_reported(tmp_path, monkeypatch):
    monkeypatch.setenv("SHARED", str(tmp_path))
    with pytest.raises(ConfigError, match="SHARED has no elasticsearch"), elasticsearch():
        pass

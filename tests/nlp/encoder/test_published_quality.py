"""nlp.encoder.published_quality: figures of packaged models only."""

import pytest

from nlp.encoder.adapter import ADAPTERS_FOLDER, load_adapter
from nlp.encoder.published_quality import published_macro_recall


@pytest.fixture(params=["e5-multi", "minilm-en"])
def packaged_model(request):
    path = ADAPTERS_FOLDER / f"{request.param}.safetensors"
    return request.param, load_adapter(path)


def test_a_packaged_model_has_the_figure_of_its_card(packaged_model):
    name, adapter = packaged_model
    recall = published_macro_recall(f"{name} {adapter.sha256[:8]} cpu bf16")
    assert recall == adapter.notes["figures"]["sentiment"][0]["macro_recall"]
    assert 0.7 < recall < 0.8


@pytest.mark.parametrize("model_name", ["{} 00000000 cpu bf16", "{} {:.8} openvino int8", "{}"])
def test_other_weights_and_engines_have_no_figure(packaged_model, model_name):
    name, adapter = packaged_model
    assert published_macro_recall(model_name.format(name, adapter.sha256)) is None


@pytest.mark.parametrize("model_name", ["", "mine 1a2b3c4d cpu bf16", "../e5-multi 1a2b3c4d"])
def test_a_custom_model_has_no_figure(model_name):
    assert published_macro_recall(model_name) is None

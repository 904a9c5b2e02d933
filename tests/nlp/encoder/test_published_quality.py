"""nlp.encoder.published_quality: the figures of the packaged models alone."""

import pytest

from nlp.encoder import adapter
from nlp.encoder.published_quality import published_macro_recall


@pytest.fixture(params=["e5-multi", "minilm-en"])
def shipped(request):
    path = adapter.ADAPTERS_FOLDER / f"{request.param}.safetensors"
    return request.param, adapter.load_adapter(path)


def test_a_packaged_model_has_the_figure_of_its_card(shipped):
    name, made = shipped
    found = published_macro_recall(f"{name} {made.sha256[:8]} cpu bf16")
    assert found == made.notes["figures"]["sentiment"][0]["macro_recall"]
    assert 0.7 < found < 0.8


@pytest.mark.parametrize("said", ["{} 00000000 cpu bf16", "{} {:.8} openvino int8", "{}"])
def test_of_other_weights_and_other_engines_nothing_is_claimed(shipped, said):
    name, made = shipped
    assert published_macro_recall(said.format(name, made.sha256)) is None


@pytest.mark.parametrize("said", ["", "mine 1a2b3c4d cpu bf16", "../e5-multi 1a2b3c4d"])
def test_a_model_of_ones_own_is_not_known(said):
    assert published_macro_recall(said) is None

"""nlp.encoder.loading: the modules are those of transformers, their weights stay in the file."""

import json

import pytest

from core.errors import ConfigError
from tests.nlp.factories import tiny_encoder

pytestmark = pytest.mark.model


def bert(folder):
    from transformers import BertModel

    return BertModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False)


@pytest.mark.parametrize("is_training", [False, True])
def test_states_equal_those_of_the_whole_model(encoder, is_training):
    """They are equal in training, too, where the same seed drops the same states."""
    import torch

    from nlp.encoder.loading import load_encoder
    from nlp.encoder.network import run_layers

    ours, theirs = load_encoder(encoder).train(is_training), bert(encoder).train(is_training)
    theirs.embeddings.eval()  # ours are frozen and run once a text: nothing is dropped there
    ids = torch.randint(5, 40, (3, 17))
    mask = torch.ones(3, 17)
    mask[1, 9:] = 0
    bias = torch.zeros(3, 1, 1, 17).masked_fill(mask[:, None, None, :] == 0, torch.finfo().min)
    hidden = ours.embeddings(input_ids=ids, position_ids=torch.arange(17).expand(3, 17))
    torch.manual_seed(1)
    hidden = run_layers(ours.encoder.layer, hidden, bias)
    torch.manual_seed(1)
    expected = theirs(ids, mask).last_hidden_state
    assert torch.allclose(hidden, expected, atol=1e-5)


def test_it_runs_as_a_whole(encoder):
    """No buffer is left without a value."""
    import torch

    from nlp.encoder.loading import load_encoder

    ids = torch.randint(5, 40, (2, 9))
    with torch.inference_mode():
        expected = bert(encoder).eval()(ids).last_hidden_state
        assert torch.allclose(load_encoder(encoder)(ids).last_hidden_state, expected, atol=1e-6)


def test_weights_keep_their_stored_type_and_are_frozen(tmp_path):
    import torch

    from nlp.encoder.loading import load_encoder

    folder = tiny_encoder(tmp_path)
    bert(folder).half().save_pretrained(folder)
    parameters = list(load_encoder(folder).parameters())
    assert {weight.dtype for weight in parameters} == {torch.float16}
    assert not any(weight.requires_grad for weight in parameters)


@pytest.mark.parametrize("layers", [3, 5])
def test_a_config_with_other_sizes_than_the_weights_is_rejected(tmp_path, layers):
    from nlp.encoder.loading import load_encoder

    folder = tiny_encoder(tmp_path)
    change_config(folder, num_hidden_layers=layers, hidden_size=32 if layers > 4 else 16)
    with pytest.raises(
        ConfigError, match=r"does not match config\.json; run: harken model install"
    ):
        load_encoder(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_act": "relu"}, "a bert with relu, expected bert with gelu"),
        ({"model_type": "distilbert"}, "a distilbert with .*, expected bert"),
        ({"model_type": "own"}, r"has no valid config\.json"),
    ],
)
def test_another_encoder_is_rejected(tmp_path, changes, message):
    from nlp.encoder.loading import load_encoder

    change_config(tiny_encoder(tmp_path), **changes)
    with pytest.raises(ConfigError, match=message):
        load_encoder(tmp_path)


@pytest.mark.parametrize("content", ["", "[", None])
def test_a_folder_without_a_valid_config_is_rejected(tmp_path, content):
    from nlp.encoder.loading import load_encoder

    folder = tiny_encoder(tmp_path)
    (folder / "config.json").unlink()
    if content is not None:
        (folder / "config.json").write_text(content)
    with pytest.raises(ConfigError, match=r"has no valid config\.json"):
        load_encoder(folder)


def change_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))

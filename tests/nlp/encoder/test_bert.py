"""nlp.encoder.bert: the same numbers as transformers from the same files."""

import pytest

from core.errors import ConfigError
from tests.nlp.factories import tiny_encoder

pytestmark = pytest.mark.model


def bert(folder):
    from transformers import BertModel

    return BertModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False)


@pytest.mark.parametrize("train", [False, True])
def test_states_equal_those_of_transformers(encoder, train):
    """They are equal in training, too, where the same seed drops the same states."""
    import torch

    from nlp.encoder.bert import load_encoder

    ours, theirs = load_encoder(encoder).train(train), bert(encoder).train(train)
    theirs.embeddings.eval()  # ours are frozen and run once a text: nothing is dropped there
    ids = torch.randint(5, 40, (3, 17))
    mask = torch.ones(3, 17)
    mask[1, 9:] = 0
    bias = torch.zeros(3, 1, 1, 17).masked_fill(mask[:, None, None, :] == 0, torch.finfo().min)
    hidden = ours.embeddings(ids, torch.arange(17).expand(3, 17))
    torch.manual_seed(1)
    for layer in ours.layers:
        hidden = layer(hidden, bias)
    torch.manual_seed(1)
    expected = theirs(ids, mask).last_hidden_state
    assert torch.allclose(hidden, expected, atol=1e-5)


def test_weight_names_equal_those_of_transformers(encoder):
    from nlp.encoder.bert import load_encoder

    assert load_encoder(encoder).state_dict().keys() == bert(encoder).state_dict().keys()


def test_weights_keep_their_stored_type(tmp_path):
    import torch

    from nlp.encoder.bert import load_encoder

    folder = tiny_encoder(tmp_path)
    bert(folder).half().save_pretrained(folder)
    assert {weight.dtype for weight in load_encoder(folder).parameters()} == {torch.float16}


def test_a_config_with_other_sizes_than_the_weights_is_rejected(tmp_path):
    import json

    from nlp.encoder.bert import load_encoder

    folder = tiny_encoder(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 5}))
    with pytest.raises(ConfigError, match="does not match config"):
        load_encoder(folder)

"""nlp.encoder.bert: what transformers says of the same files, number by number."""

import pytest

from core.errors import ConfigError
from tests.nlp.factories import tiny_encoder

pytestmark = pytest.mark.model


def bert(folder):
    from transformers import BertModel

    return BertModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False)


@pytest.mark.parametrize("train", [False, True])
def test_it_is_the_encoder_of_transformers(encoder, train):
    """In training too, where chance decides what is dropped, in the same order."""
    import torch

    from nlp.encoder.bert import load_encoder as loaded

    ours, theirs = loaded(encoder).train(train), bert(encoder).train(train)
    theirs.embeddings.eval()  # ours are frozen and see every text once: nothing is dropped there
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


def test_its_names_are_those_of_the_published_weights(encoder):
    from nlp.encoder.bert import load_encoder as loaded

    assert loaded(encoder).state_dict().keys() == bert(encoder).state_dict().keys()


def test_it_stays_as_precise_as_it_is_stored(tmp_path):
    import torch

    from nlp.encoder.bert import load_encoder as loaded

    folder = tiny_encoder(tmp_path)
    bert(folder).half().save_pretrained(folder)
    assert {weight.dtype for weight in loaded(folder).parameters()} == {torch.float16}


def test_another_shape_is_refused_not_misread(tmp_path):
    import json

    from nlp.encoder.bert import load_encoder as loaded

    folder = tiny_encoder(tmp_path)
    told = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(told | {"num_hidden_layers": 5}))
    with pytest.raises(ConfigError, match="does not match config"):
        loaded(folder)

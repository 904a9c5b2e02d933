"""Our weights as the plain model of a transformers pipeline: the peer of the score benchmark."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from transformers import AutoTokenizer, BertModel, PreTrainedConfig, PreTrainedModel, pipeline
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.utils.logging import CRITICAL, disable_progress_bar, set_verbosity

from core.mention import Sentiment
from nlp.encoder import adapter
from nlp.encoder.adapter import ADAPTERS_FOLDER, SENTIMENT, ClassificationHead
from nlp.encoder.adapter_model import AdapterModel
from nlp.encoder.network import Network, load_network

MAX_TOKENS: Final = 256  # tokens; longer texts are cut, as usual with a pipeline


class PlainConfig(PreTrainedConfig):
    """The configuration that a pipeline requires of a model."""

    model_type = "harken-plain"


class PlainModel(PreTrainedModel):
    """The encoder of transformers with the weights of *plain_network*, and its sentiment head."""

    config_class = PlainConfig

    def __init__(
        self,
        config: PlainConfig,
        folder: Path,
        plain_network: Network,
        sentiment_head: ClassificationHead,
    ) -> None:
        super().__init__(config)
        self.encoder = _encoder(folder, plain_network)
        self.head = plain_network.heads[SENTIMENT]
        self.lower_count, self.temperature = len(plain_network.lower), sentiment_head.temperature()
        zero_logits = np.zeros(len(sentiment_head.classes), np.float32)
        self.register_buffer(
            "offset",
            torch.from_numpy(sentiment_head.adjust_for_priors(zero_logits)),
            persistent=False,
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor, **_: Any) -> Any:
        """Return the logits of each text; the head uses the last states and the shared ones."""
        output = self.encoder(input_ids, attention_mask, output_hidden_states=True)
        lower_states, last = output.hidden_states[self.lower_count], output.hidden_states[-1]
        weight = attention_mask.unsqueeze(-1)
        features = torch.cat(
            [(last * weight).sum(1), (lower_states * weight).sum(1)], 1
        ) / weight.sum(1)
        logits = self.head(features) + self.offset
        return SequenceClassifierOutput(logits=logits / self.temperature)


def plain_pipeline(kind: type[AdapterModel]) -> Any:
    """Return a text-classification pipeline with the weights of *kind*, fp32 on this processor."""
    disable_progress_bar()
    set_verbosity(CRITICAL)  # it would list its 130 known models, because ours is not one of them
    adapter_weights, folder = (
        adapter.load_adapter(ADAPTERS_FOLDER / kind.adapter_file),
        kind.base.locate(),
    )
    labels = dict(enumerate(map(str, Sentiment)))
    config = PlainConfig(id2label=labels, num_labels=len(labels))
    head = adapter_weights.heads[SENTIMENT]
    model = PlainModel(config, folder, load_network(folder, adapter_weights).float(), head).eval()
    tokenizer = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, model_max_length=MAX_TOKENS
    )
    return pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")


def _encoder(folder: Path, plain_network: Network) -> BertModel:
    bert: BertModel = BertModel.from_pretrained(
        folder, local_files_only=True, add_pooling_layer=False, dtype=torch.float32
    )
    for theirs, ours in zip(
        bert.encoder.layer, [*plain_network.lower, *plain_network.tuned], strict=True
    ):
        theirs.load_state_dict(ours.state_dict())
    return bert

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
from nlp.encoder.adapter import SENTIMENT, WEIGHTS, Head
from nlp.encoder.adapter_model import Adapted
from nlp.encoder.network import Network, network

LONGEST: Final = 256  # tokens; what is beyond is cut, as people do who call a pipeline


class PlainConfig(PreTrainedConfig):
    """What a pipeline asks a model for."""

    model_type = "harken-plain"


class PlainModel(PreTrainedModel):
    """The encoder of transformers with the weights of *merged*, and its head for sentiment."""

    config_class = PlainConfig

    def __init__(
        self, config: PlainConfig, folder: Path, merged: Network, calibrated: Head
    ) -> None:
        super().__init__(config)
        self.encoder = _encoder(folder, merged)
        self.head = merged.heads[SENTIMENT]
        self.shared, self.temperature = len(merged.lower), calibrated.temperature()
        nothing = np.zeros(len(calibrated.classes), np.float32)
        self.register_buffer(
            "offset", torch.from_numpy(calibrated.evened(nothing)), persistent=False
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor, **_: Any) -> Any:
        """Logits of each text: the head sees the last states and the shared ones."""
        told = self.encoder(input_ids, attention_mask, output_hidden_states=True)
        shared, last = told.hidden_states[self.shared], told.hidden_states[-1]
        weight = attention_mask.unsqueeze(-1)
        seen = torch.cat([(last * weight).sum(1), (shared * weight).sum(1)], 1) / weight.sum(1)
        moved = self.head(seen) + self.offset
        return SequenceClassifierOutput(logits=moved / self.temperature)


def plain_pipeline(kind: type[Adapted]) -> Any:
    """The weights of *kind* as a text-classification pipeline in fp32 on this processor."""
    disable_progress_bar()
    set_verbosity(CRITICAL)  # it lists 130 models that it knows; ours is none of them
    tuned, folder = adapter.read(WEIGHTS / kind.packaged), kind.base.locate()
    labels = dict(enumerate(map(str, Sentiment)))
    config = PlainConfig(id2label=labels, num_labels=len(labels))
    head = tuned.heads[SENTIMENT]
    model = PlainModel(config, folder, network(folder, tuned).float(), head).eval()
    tokenizer = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, model_max_length=LONGEST
    )
    return pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")


def _encoder(folder: Path, merged: Network) -> BertModel:
    plain: BertModel = BertModel.from_pretrained(
        folder, local_files_only=True, add_pooling_layer=False, dtype=torch.float32
    )
    for theirs, ours in zip(plain.encoder.layer, [*merged.lower, *merged.tuned], strict=True):
        theirs.load_state_dict(ours.state_dict())
    return plain

"""Our weights as the plain model of a transformers pipeline: the peer of the score benchmark."""

from typing import Any, Final

from torch import Tensor
from transformers import AutoTokenizer, PreTrainedConfig, PreTrainedModel, pipeline
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.utils.logging import CRITICAL, set_verbosity

from core.mention import Sentiment
from nlp import adapter
from nlp.adapted import Adapted
from nlp.adapter import SENTIMENT, WEIGHTS
from nlp.network import Network, network

LONGEST: Final = 256  # tokens; what is beyond is cut, as people do who call a pipeline


class PlainConfig(PreTrainedConfig):
    """What a pipeline asks a model for."""

    model_type = "harken-plain"


class PlainModel(PreTrainedModel):
    """The merged network: encoder, adapter and head in one."""

    config_class = PlainConfig

    def __init__(self, config: PlainConfig, merged: Network, temperature: float) -> None:
        super().__init__(config)
        self.merged = merged
        self.temperature = temperature

    def forward(self, input_ids: Tensor, attention_mask: Tensor, **_: Any) -> Any:
        """Logits of each text."""
        mask = attention_mask.bool()
        hidden = self.merged.share(input_ids, mask)
        logits = self.merged.heads[SENTIMENT](self.merged.sense(hidden, mask))
        return SequenceClassifierOutput(logits=logits / self.temperature)


def plain_pipeline(kind: type[Adapted]) -> Any:
    """The weights of *kind* as a text-classification pipeline in fp32 on this processor."""
    tuned, folder = adapter.read(WEIGHTS / kind.packaged), kind.base.locate()
    labels = dict(enumerate(map(str, Sentiment)))
    config = PlainConfig(id2label=labels, num_labels=len(labels))
    merged = network(folder, tuned).float()
    model = PlainModel(config, merged, tuned.heads[SENTIMENT].temperature()).eval()
    set_verbosity(CRITICAL)  # it lists 130 models that it knows; ours is none of them
    tokenizer = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, model_max_length=LONGEST
    )
    return pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")

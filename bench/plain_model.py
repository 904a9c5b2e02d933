"""Our weights as the plain model of a transformers pipeline: the peer of the score benchmark."""

from typing import Any, Final

from torch import Tensor
from transformers import AutoTokenizer, PreTrainedConfig, PreTrainedModel, pipeline
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.utils.logging import CRITICAL, set_verbosity

from core.mention import Sentiment
from nlp import adapter
from nlp.encoder import locate
from nlp.models.minilm import Network, network

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
        logits = self.merged.judge(hidden, self.merged.embed(hidden, mask), mask)
        return SequenceClassifierOutput(logits=logits / self.temperature)


def plain_pipeline() -> Any:
    """A text-classification pipeline in fp32 on this processor; its labels are our sentiments."""
    set_verbosity(CRITICAL)  # it lists 130 models that it knows; ours is none of them
    tuned, folder = adapter.read(), locate()
    labels = dict(enumerate(map(str, Sentiment)))
    config = PlainConfig(id2label=labels, num_labels=len(labels))
    model = PlainModel(config, network(folder, tuned), tuned.temperature).eval()
    tokenizer = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, model_max_length=LONGEST
    )
    return pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")

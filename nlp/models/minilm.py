"""English sentiment: all-MiniLM-L6-v2 with an adapter on its upper layers."""

from nlp.encoder.adapter_model import AdapterModel
from nlp.encoder.weights_sources.minilm import MINILM


class MiniLM(AdapterModel):
    """The smallest model: a sixth of e5's memory, twice its speed, only English."""

    base = MINILM
    adapter_file = "minilm-en.safetensors"

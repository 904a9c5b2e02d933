"""The encoder: network, adapter, tokenizer, base class of engines, and published weights."""

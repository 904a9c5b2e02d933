"""The encoder: network, adapter, tokenizer, engines' contract and published weights."""

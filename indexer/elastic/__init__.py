"""What the Elasticsearch engine is made of; only ``server`` knows the client."""

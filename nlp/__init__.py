"""Text analysis: language, sentiment, topics, entities, duplicates. No network, no database."""

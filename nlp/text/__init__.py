"""Text processing without a model: normalization, language, excerpts, entities, duplicates."""

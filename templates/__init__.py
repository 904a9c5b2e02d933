"""All that a person sees: templates, typed contexts, charts, one catalogue of sentences."""

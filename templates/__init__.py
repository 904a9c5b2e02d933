"""Everything that people see: templates, typed contexts, charts and one catalogue of sentences."""

"""Tables of the analysis: its queue, verdicts, entities, rescoring."""

"""The progress of a demo on stderr: bars on a terminal, lines elsewhere."""

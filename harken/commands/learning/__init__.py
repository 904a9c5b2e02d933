"""Commands on labels of the team: ``label``, ``learn``, and ``evaluate --own``."""

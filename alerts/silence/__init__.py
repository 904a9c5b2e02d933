"""Silence of a source: its normal rhythm, and expected posts that do not come."""

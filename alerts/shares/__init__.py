"""Shares of negative mentions, corrected for the errors of the model by a random sample."""

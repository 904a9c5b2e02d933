"""Explanations: the words of a text that moved its sentiment, found by leaving them out."""

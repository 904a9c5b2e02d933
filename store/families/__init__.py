"""Families of near-duplicates: sketches of texts, stars of similar sketches, and their tables."""

"""Dates of posts, as people and software write them. Pure; start at ``reader``."""

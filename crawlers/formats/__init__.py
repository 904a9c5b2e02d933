"""Formats of foreign pages: their fields, and the posts that they are."""

"""Shared parts of the gates: reading a tree, counting, reporting."""

"""Writes of crawls: sources, runs, pages, deletions."""

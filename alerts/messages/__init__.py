"""Briefs and digests: facts collected from the database, then composed into emails."""

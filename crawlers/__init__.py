"""Crawling: sources, the polite and guarded download, and the filtering of posts."""

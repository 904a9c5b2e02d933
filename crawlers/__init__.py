"""What listens: sources, the polite and guarded crawl, and what becomes of a page."""

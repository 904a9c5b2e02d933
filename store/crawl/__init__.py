"""Tables that crawls write: sources, runs, pages, deletions."""

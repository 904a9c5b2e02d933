"""Search: one query language and one contract, with several engines behind it."""

"""Words of an author, told from markup, quotes and placeholders."""

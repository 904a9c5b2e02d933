"""The pages, one module each with the page's context and its JSON twin."""

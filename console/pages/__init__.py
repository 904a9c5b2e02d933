"""One module a page: it fills the page's context and serves its JSON twin."""

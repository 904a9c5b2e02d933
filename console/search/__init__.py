"""The search page: parameters, one request to the index, results, facets, histogram."""

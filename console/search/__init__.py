"""The search page: parameters, form, results, facets, histogram."""

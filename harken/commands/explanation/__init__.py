"""The verb that explains a score."""

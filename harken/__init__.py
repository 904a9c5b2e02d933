"""The product put together: commands, steps of the pipeline and processes."""

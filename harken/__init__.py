"""The product put together: commands, steps, processes, and the demo."""

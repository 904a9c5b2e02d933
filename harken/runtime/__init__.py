"""Processes of ``harken run``: schedule, workers and supervision."""

"""The processes of `harken run`: schedule, workers, supervision, clock and logs."""

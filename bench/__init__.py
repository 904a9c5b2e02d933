"""The checks and measurements of `make bench`, `faults`, `acceptance`, `scoreboard`, `pictures`."""

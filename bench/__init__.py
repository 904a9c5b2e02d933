"""What `make bench`, `make faults`, `make acceptance` and `make pictures` run."""

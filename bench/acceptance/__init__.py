"""The acceptance test: `make acceptance`."""

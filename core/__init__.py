"""The values of the house and the exception tree. Standard library only: no I/O, no clock."""

"""Values that all rooms share, and the exception tree. Standard library only: no I/O, no clock."""

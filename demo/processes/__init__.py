"""The child processes of a demo: the replay site and `harken run`."""

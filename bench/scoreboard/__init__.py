"""The quality of detection: `make scoreboard`."""

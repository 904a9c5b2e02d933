"""Crisis detection: observations in, incident events out. Pure."""

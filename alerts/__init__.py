"""Detection, letters, channels, and what Harken knows of its own silence."""

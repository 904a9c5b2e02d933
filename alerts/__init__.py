"""Crisis detection, emails, channels and the health of Harken itself."""

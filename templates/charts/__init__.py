"""Charts: pure geometry, and the three ways it is drawn (SVG for pages, PNG and text for mails)."""

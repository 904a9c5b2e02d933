"""Charts: pure geometry, drawn as SVG for pages, and as PNG and text for emails."""

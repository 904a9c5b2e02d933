"""The console: pages and their JSON twins over the record and the index."""

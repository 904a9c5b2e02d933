"""The console: pages and their JSON twins over the database and the index."""

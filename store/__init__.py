"""The record: every durable fact and every durable hand-over, on SQLite or PostgreSQL."""

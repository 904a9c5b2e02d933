"""The database: all durable facts and hand-overs, on SQLite or PostgreSQL."""

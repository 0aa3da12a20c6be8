"""The whole application, wired, over a real PostgreSQL."""

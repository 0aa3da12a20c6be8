"""A cache in front of PostgreSQL."""

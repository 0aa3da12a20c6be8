"""The ports of Redis for a single process."""

"""Hostile, faulty and honest tools, run in bulk through the public API of a real server."""

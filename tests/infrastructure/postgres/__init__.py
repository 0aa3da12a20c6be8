"""Tests of the adapters to PostgreSQL, against a real server."""

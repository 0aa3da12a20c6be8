"""Executions over HTTP: start, read, follow, cancel."""

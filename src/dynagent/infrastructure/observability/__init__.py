"""Watching the running system: logs, metrics, health, and the ASGI layers that tie a request to them."""

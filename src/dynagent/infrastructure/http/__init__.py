"""The one way out: HTTP requests to addresses that people or models name."""

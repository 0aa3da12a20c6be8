"""The worker: a process's own door to work, beside the API."""

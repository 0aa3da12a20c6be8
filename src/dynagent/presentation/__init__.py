"""How it is met: HTTP and the worker."""

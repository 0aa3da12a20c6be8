"""Models, providers and their keys over HTTP."""

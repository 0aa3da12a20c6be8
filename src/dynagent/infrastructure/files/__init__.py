"""Places on this machine's disk."""

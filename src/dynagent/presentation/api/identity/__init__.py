"""People, sessions and keys over HTTP."""

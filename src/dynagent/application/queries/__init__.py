"""Questions: each returns a read model and changes nothing."""

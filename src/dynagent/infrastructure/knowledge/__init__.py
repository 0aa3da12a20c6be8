"""Knowledge at work: runs that take documents in, and the search."""

"""What runs inside the sandbox's own processes: the standard library only, nothing else of the product."""

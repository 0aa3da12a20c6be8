"""The tools that ship with the product, and the registry."""

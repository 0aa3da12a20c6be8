"""The bus and the caller."""

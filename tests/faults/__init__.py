"""The failure matrix (docs/reliability.md): real processes, a real PostgreSQL, a real Redis, and what breaks them."""

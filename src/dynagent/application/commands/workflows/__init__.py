"""Commands about workflows: their definition (configure), their tasks (tasks), their runs (start)."""

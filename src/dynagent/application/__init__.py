"""What may be asked: commands and queries with their handlers, and reactions to events. Knows the core only."""

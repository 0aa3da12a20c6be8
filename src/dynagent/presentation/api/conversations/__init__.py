"""Routes of conversations between agents."""

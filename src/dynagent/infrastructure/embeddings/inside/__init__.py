"""What runs in the process of the embedding model."""

"""Embeddings without a key: a small model in a process of its own, there only while it is used."""

"""Passwords, signed tokens, encryption of stored keys, throttling."""

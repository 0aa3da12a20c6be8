"""Orders: each changes something, or refuses."""

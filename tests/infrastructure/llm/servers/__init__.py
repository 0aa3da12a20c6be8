"""Other people's servers and clients, as they are published: `make endpoints`, never a part of the default run."""

"""How it is done: one folder per technology."""

"""Redis: the memory; emptying it costs speed, never data."""

"""The trace's writing and following in one process: recorders number and coalesce, the hub hands out what is stored."""

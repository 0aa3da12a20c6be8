"""The Chat Completions API as endpoints really speak it: written and read in one place, for both lanes."""

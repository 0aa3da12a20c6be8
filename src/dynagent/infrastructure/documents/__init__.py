"""Taking documents apart: each in a process of its own that can read the document and nothing else."""

"""Where registered code is screened and run, away from every other process."""

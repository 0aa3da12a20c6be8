"""Routes of teams: iterative runs of all active agents."""

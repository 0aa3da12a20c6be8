"""What every field of agents, runs and schedules does: shown on the whole application."""

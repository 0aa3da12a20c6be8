"""Teams: members, turns, the state of a run."""

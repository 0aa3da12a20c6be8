"""Conditions on the state of runs: JSON Schemas and expressions in the Common Expression Language."""

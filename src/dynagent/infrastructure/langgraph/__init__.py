"""Runs agents as LangGraph graphs and records their trace."""

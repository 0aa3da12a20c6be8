"""Runs agents as LangGraph graphs and records their trace."""

import os

# Checkpoints may hold JSON types only; LangGraph reads this once, when it is imported.
os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")

"""Conversations between agents: entities, rules, exports."""

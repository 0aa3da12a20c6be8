"""Conversations between agents: what the routes need, and bodies that they take. Runs make them, not people."""

from typing import Any

PERMISSIONS = {
    "list_conversations": "conversations:read",
    "get_conversation": "conversations:read",
    "get_conversation_stats": "conversations:read",
    "list_messages": "conversations:read",
    "export_conversation": "conversations:read",
    "stream_conversations": "conversations:read",
    "change_conversation": "conversations:write",
    "delete_conversation": "conversations:write",
    "get_communication_rules": "communication_rules:read",
    "set_communication_rules": "communication_rules:write",
}
BODIES: dict[str, Any] = {
    "change_conversation": {"archived": True},
    "set_communication_rules": {"default": "dependencies", "rules": []},
}

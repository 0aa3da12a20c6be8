"""Chats: what the routes need, and bodies that they take."""

from typing import Any

PERMISSIONS = {
    "list_chats": "executions:read",
    "read_chat": "executions:read",
    "change_chat": "executions:run",
    "forget_chat": "executions:run",
}
BODIES: dict[str, Any] = {
    "change_chat": {"title": "Sums"},
}

"""Annotations: what the routes need, and bodies that they take."""

from typing import Any

PERMISSIONS = {
    "get_annotations": "executions:read",
    "set_feedback": "annotations:write",
    "delete_feedback": "annotations:write",
    "set_notes": "annotations:write",
    "delete_notes": "annotations:write",
    "set_tags": "annotations:write",
    "delete_tags": "annotations:write",
}
BODIES: dict[str, Any] = {
    "set_feedback": {"rating": "up", "comment": "right"},
    "set_notes": {"text": "Look at this **again**."},
    "set_tags": {"tags": ["Sums"]},
}

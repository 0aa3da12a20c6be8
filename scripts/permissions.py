"""Who may send which message, in `docs/permissions.md`: `write` it from the code, or `check` that it says the same."""

import sys
from pathlib import Path

from dynagent.application.shared.access import ANYBODY
from dynagent.application.shared.messages import Message
from dynagent.application.shared.resolver import message_of
from dynagent.main.engine import NOUNS
from dynagent.main.noun import access_of

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "permissions.md"
GRANTS = access_of(NOUNS).grants
ROLES = ("admin", "user", "viewer", "system")
HEAD = """# Permissions

What each permission allows, and which roles have it. A message names the permission it needs on its class; the bus
checks it before anything is opened. Access keys can be given the permissions marked as scopes. `make openapi` writes
this page.

| permission | roles | scope of keys | messages |
|---|---|---|---|
"""


def main(action: str) -> int:
    """Do it; return the exit code."""
    text = HEAD + "".join(f"| `{name}` | {roles} | {scope} | {sent} |\n" for name, roles, scope, sent in rows())
    if action == "write":
        DOCUMENT.write_text(text)
        print(f"wrote docs/{DOCUMENT.name}")
        return 0
    if not DOCUMENT.exists() or DOCUMENT.read_text() != text:
        print("docs/permissions.md is not what the code says: run make openapi", file=sys.stderr)
        return 1
    return 0


def rows() -> list[tuple[str, str, str, str]]:
    """Return permission, roles, whether keys may have it, and its messages, sorted."""
    messages = [message_of(handler) for noun in NOUNS for handler in noun.handlers]
    return [
        (name, _roles(name), "yes" if name != ANYBODY and GRANTS[name].for_keys else "", _names(messages, name))
        for name in (ANYBODY, *sorted(GRANTS))
    ]


def _roles(permission: str) -> str:
    if permission == ANYBODY:
        return "no sign-in needed"
    return ", ".join(role for role in ROLES if role in GRANTS[permission].roles)


def _names(messages: list[type[Message[object]]], permission: str) -> str:
    return ", ".join(sorted(f"`{kind.__name__}`" for kind in messages if kind.permission == permission))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("write", "check"):
        sys.exit("usage: python scripts/permissions.py write|check")
    sys.exit(main(sys.argv[1]))

"""Identifiers: UUID version 7 as text, so that ids sort by the time they were made (RFC 9562 §5.7)."""

import os
import threading
import time
import uuid
from collections.abc import Callable

NewId = Callable[[], str]
"""The port: whoever makes ids takes one of these, tests hand in a counter."""
NIL_ID = "00000000-0000-0000-0000-000000000000"
"""The id of nothing."""

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Return a fresh UUIDv7 in canonical text form; later calls in one process sort after earlier ones."""
    global _last
    random_bits = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    with _lock:
        # 48 bits of milliseconds and 12 bits of its fraction; never twice the same, never backwards.
        _last = max(_last + 1, time.time_ns() * 4096 // 1_000_000)
        stamp = _last
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | random_bits
    return str(uuid.UUID(int=value))


def is_id(text: str) -> bool:
    """Say whether the text is a UUID in canonical form (32 hex digits, four dashes)."""
    try:
        return str(uuid.UUID(text)) == text.lower() and len(text) == 36
    except ValueError:
        return False

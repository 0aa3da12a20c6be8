"""The disk: whether there is room where the data lies."""

import asyncio
import shutil
from pathlib import Path

from dynagent.infrastructure.observability.health import Condition, Finding

WARN_BELOW = 2 * 1024**3
FAIL_BELOW = 256 * 1024**2


async def check_disk(place: Path) -> Finding:
    """Look at the free space, in bytes, of the file system that holds `place` or will hold it."""
    # In a thread: a network file system that is away would hold the event loop.
    return await asyncio.to_thread(_look, place)


def _look(place: Path) -> Finding:
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    detail = f"{free / 1024**3:.1f} GB free at {place}"
    if free < FAIL_BELOW:
        return Finding(
            Condition.FAIL, detail, "make room, or set DATA_DIR to a larger disk: PostgreSQL stops when full"
        )
    if free < WARN_BELOW:
        return Finding(Condition.WARN, detail, "make room, or remove old events with: dynagent db prune")
    return Finding(Condition.OK, detail)

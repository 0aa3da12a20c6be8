"""What a worker keeps of its lanes and of what runs in them."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from dynagent.application.commands.executions.run import RunControl
from dynagent.core.runs import Lane


@dataclass(slots=True)
class Job:
    """A run that this worker runs now; `notified_again` when it was heard of while it ran."""

    task: asyncio.Task[Any]
    control: RunControl
    lane: Lane
    notified_again: bool = False


@dataclass(slots=True)
class LaneState:
    """A lane here: how many may run, how many do, which wait for a place."""

    capacity: int
    running: int = 0
    room: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: deque[str] = field(default_factory=deque[str])

"""The computer tool's files, one set per execution, kept as one document each: no name inside becomes a path here."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

from dynagent.core.tools import CallContext

_EXECUTION = re.compile(r"[0-9a-zA-Z-]{1,64}", re.ASCII)


@dataclass(slots=True)
class Workspace:
    """Path → text; `keep` replaces all of it, on disk too where it belongs to an execution."""

    files: dict[str, str] = field(default_factory=dict[str, str])
    place: Path | None = None

    async def keep(self, files: dict[str, str]) -> None:
        """Store the files as they are now."""
        self.files = files
        if self.place is not None:
            await asyncio.to_thread(_write, self.place, json.dumps(files))


class Workspaces:
    """Workspaces below a folder; the operations of one execution come one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._busy: dict[str, tuple[asyncio.Lock, int]] = {}

    @contextlib.asynccontextmanager
    async def of(self, context: CallContext) -> AsyncGenerator[Workspace, None]:
        """Give the caller's execution its files, alone; outside of an execution, files that nobody keeps."""
        execution = context.execution_id
        if execution is None or not _EXECUTION.fullmatch(execution):
            yield Workspace()
            return
        lock, users = self._busy.get(execution, (asyncio.Lock(), 0))
        self._busy[execution] = (lock, users + 1)
        try:
            async with lock:
                place = self._folder / f"{execution}.json"
                yield Workspace(await asyncio.to_thread(_read, place), place)
        finally:
            lock, users = self._busy[execution]
            self._busy[execution] = (lock, users - 1)
            if users == 1:
                del self._busy[execution]


def _read(place: Path) -> dict[str, str]:
    try:
        return {str(name): str(text) for name, text in json.loads(place.read_text()).items()}
    except (FileNotFoundError, ValueError):
        return {}


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_suffix(".new")
    unfinished.write_text(text)
    unfinished.replace(place)

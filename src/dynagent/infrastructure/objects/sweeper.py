"""Sweeps the object store again and again; of many processes one does it at a time."""

import asyncio

import structlog

from dynagent.application.commands.files import SweepFiles
from dynagent.application.commands.files.sweep import SweepFilesHandler
from dynagent.application.shared.caller import SYSTEM
from dynagent.core.shared.tasks import end_tasks

log = structlog.stdlib.get_logger(__name__)


class FileSweeper:
    """Has a life: `start` on the running loop, `stop` in the middle of a sweep, too."""

    def __init__(self, sweep: SweepFilesHandler, *, every_s: float) -> None:
        self._sweep = sweep
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; the first sweep comes after the first pause."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="files")

    async def stop(self) -> None:
        """Stop."""
        await end_tasks([self._task])

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                swept = await self._sweep(SweepFiles(), SYSTEM)
                if swept.objects or swept.uploads or swept.unfinished:
                    log.info("files_swept", objects=swept.objects, bytes=swept.bytes, uploads=swept.uploads)
            except Exception as error:
                log.warning("files_not_swept", error=repr(error))

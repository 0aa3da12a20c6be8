"""Sweeps the object store again and again; of many processes one does it at a time."""

import structlog

from dynagent.application.commands.files import SweepFiles
from dynagent.application.commands.files.sweep import SweepFilesHandler
from dynagent.application.shared.caller import SYSTEM
from dynagent.core.shared.tasks import Periodic

log = structlog.stdlib.get_logger(__name__)


def file_sweeper(sweep: SweepFilesHandler, *, every_s: float) -> Periodic:
    """Return the sweeps as something that can be started."""

    async def work() -> None:
        swept = await sweep(SweepFiles(), SYSTEM)
        if swept.objects or swept.uploads or swept.unfinished:
            log.info("files_swept", objects=swept.objects, bytes=swept.bytes, uploads=swept.uploads)

    def on_error(error: Exception) -> None:
        log.warning("files_not_swept", error=repr(error))

    return Periodic(work, every_s=every_s, name="files", on_error=on_error)

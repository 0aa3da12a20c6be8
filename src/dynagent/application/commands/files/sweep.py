"""Sweeping the object store: what interrupted uploads and deletions left behind goes."""

from dataclasses import dataclass
from datetime import timedelta

from dynagent.application.commands.files.settings import FileSettings
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.files import Objects, ObjectsAway, ObjectsInUse
from dynagent.core.shared.clock import Clock, utc_now

PREFIXES = ("uploads/", "files/")
GRACE = timedelta(hours=1)
"""How old an object must be: between its last byte and its row lie a virus scan and a commit."""
MOST_UPLOADS = 1000


@dataclass(frozen=True, slots=True)
class Swept:
    """What went: uploads that lay idle, objects that nobody knew with their bytes, half-written objects."""

    uploads: int = 0
    objects: int = 0
    bytes: int = 0
    unfinished: int = 0


@dataclass(frozen=True)
class SweepFiles(
    Command[Swept], needs="system", scope="none", raises=(ObjectsAway,), unaudited="removes only what nobody can see"
):
    """Remove uploads that lie idle and objects that nobody knows; `dry_run` only counts. Raises ObjectsAway."""

    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFilesHandler:
    """Handles SweepFiles."""

    objects: Objects
    in_use: ObjectsInUse
    settings: FileSettings
    clock: Clock = utc_now

    async def __call__(self, message: SweepFiles, caller: Caller) -> Swept:
        """Return what went; nothing while another process sweeps."""
        async with self.in_use.alone() as alone:
            return await self._swept(message) if alone else Swept()

    async def _swept(self, message: SweepFiles) -> Swept:
        now = self.clock()
        uploads = unfinished = count = size = 0
        if not message.dry_run:
            idle = now - timedelta(seconds=self.settings.upload_idle_s)
            uploads = await self.in_use.drop_idle_uploads(before=idle, most=MOST_UPLOADS)
            unfinished = await self.objects.sweep_unfinished(before=now - GRACE)
        for prefix in PREFIXES:
            async for batch in self.objects.list(prefix):
                old = {found.key: found for found in batch if found.modified_at < now - GRACE}
                unknown = await self.in_use.unknown(list(old)) if old else []
                if unknown and not message.dry_run:
                    await self.objects.delete(unknown)
                count += len(unknown)
                size += sum(old[key].size for key in unknown)
        return Swept(uploads, count, size, unfinished)

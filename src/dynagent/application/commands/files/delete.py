"""Deleting a file: its facts first, then its bytes; bytes that stay behind are swept."""

from dataclasses import dataclass

from dynagent.application.commands.files.storing import Storing
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.files import FileAttachments, FileInUse, FileNotFound, Files
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.shared.uses import InUse, refuse_used


@dataclass(frozen=True)
class DeleteFile(Command[None], needs="files:write", raises=(FileNotFound, FileInUse)):
    """Delete a file; what it is attached to is left without it only by `force`. Raises FileNotFound, FileInUse."""

    file_id: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class DeleteFileHandler:
    """Handles DeleteFile."""

    files: Files
    attachments: FileAttachments
    storing: Storing
    uow: UnitOfWork

    async def __call__(self, message: DeleteFile, caller: Caller) -> None:
        """Delete it."""
        file = await self.files.existing(message.file_id)
        if not message.force:
            try:
                refuse_used(f"the file {file.name!r}", await self.attachments.uses_of(file.id))
            except InUse as error:
                raise FileInUse(error.detail, extra=error.extra) from None
        await self.files.delete(file.id)
        await self.uow.commit()
        await self.storing.forget(file.object_key)

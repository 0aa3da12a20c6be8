"""Attaching files to agents and workflows: every run of theirs is given them."""

from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.files import (
    MAX_ATTACHED,
    FileAttachments,
    FileNotFound,
    Files,
    StoredFile,
    Subject,
    SubjectNotFound,
    TooManyFiles,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class AttachFile(Command[StoredFile], needs="files:write", raises=(SubjectNotFound, FileNotFound, TooManyFiles)):
    """Attach a file to an agent or workflow; twice is once. Raises SubjectNotFound, FileNotFound, TooManyFiles."""

    subject: Subject
    subject_id: str
    file_id: str


@dataclass(frozen=True)
class DetachFile(Command[None], needs="files:write", raises=(SubjectNotFound, FileNotFound)):
    """Detach a file; the file itself stays. Raises SubjectNotFound, FileNotFound."""

    subject: Subject
    subject_id: str
    file_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachFileHandler:
    """Handles AttachFile."""

    files: Files
    attachments: FileAttachments
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: AttachFile, caller: Caller) -> StoredFile:
        """Return the file."""
        await self.attachments.check(message.subject, message.subject_id)
        file = await self.files.existing(message.file_id)
        if await self.attachments.count(message.subject, message.subject_id) >= MAX_ATTACHED:
            most = MAX_ATTACHED
            raise TooManyFiles(f"at most {most} files are attached to one {message.subject}", extra={"limit": most})
        if await self.attachments.attach(message.subject, message.subject_id, file.id, at=self.clock()):
            self.uow.note("file.attached", ("file", file.id), **{f"{message.subject}_id": message.subject_id})
        await self.uow.commit()
        return file


@dataclass(frozen=True, slots=True)
class DetachFileHandler:
    """Handles DetachFile."""

    attachments: FileAttachments
    uow: UnitOfWork

    async def __call__(self, message: DetachFile, caller: Caller) -> None:
        """Detach it."""
        await self.attachments.check(message.subject, message.subject_id)
        if not await self.attachments.detach(message.subject, message.subject_id, message.file_id):
            raise FileNotFound(f"the file {message.file_id!r} is not attached to this {message.subject}")
        self.uow.note("file.detached", ("file", message.file_id), **{f"{message.subject}_id": message.subject_id})
        await self.uow.commit()

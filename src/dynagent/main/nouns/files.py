"""Files: uploaded, attached, read; their bytes in an object store."""

from contextlib import AsyncExitStack

from dynagent.application.commands.files import FileSettings
from dynagent.application.commands.files.sweep import SweepFilesHandler
from dynagent.application.shared.access import EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.files import (
    FileAttachments,
    FileLimits,
    Files,
    FileTexts,
    Objects,
    ObjectsInUse,
    TypeOf,
    Uploads,
    VirusScan,
)
from dynagent.infrastructure.clamav.scan import ClamdScan, ScanSettings
from dynagent.infrastructure.files.magic import type_of
from dynagent.infrastructure.files.texts import PlainTexts
from dynagent.infrastructure.objects.settings import ObjectSettings
from dynagent.infrastructure.objects.store import ObstoreObjects
from dynagent.infrastructure.objects.sweeper import file_sweeper
from dynagent.infrastructure.postgres.file_attachments import PostgresFileAttachments
from dynagent.infrastructure.postgres.files import PostgresFiles, PostgresObjectsInUse, PostgresUploads
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api.files import attached, content, routes, uploads
from dynagent.presentation.api.shared.router import Routes


def objects_of(process: Process) -> ObstoreObjects:
    """Return the object store of a process; it is opened with its first object."""
    return ObstoreObjects(process.settings.of(ObjectSettings), process.settings.database.data_dir)


def _binds(process: Process) -> Binds:
    objects = objects_of(process)
    return Binds(
        shared={
            FileLimits: process.settings.of(FileSettings).limits,
            FileTexts: PlainTexts(objects),
            Objects: objects,
            ObjectsInUse: PostgresObjectsInUse(process.database.pool),
            TypeOf: type_of,
            VirusScan: ClamdScan(process.settings.of(ScanSettings)),
        },
        scoped={
            FileAttachments: lambda scope: PostgresFileAttachments(scope.session, scope.user_id),
            Files: lambda scope: PostgresFiles(scope.session, scope.user_id),
            Uploads: lambda scope: PostgresUploads(scope.session, scope.user_id),
        },
    )


def _start_sweeping(process: Process, stack: AsyncExitStack) -> None:
    settings = process.settings.of(FileSettings)
    sweep = SweepFilesHandler(
        objects=objects_of(process),
        in_use=PostgresObjectsInUse(process.database.pool),
        settings=settings,
        clock=process.clock,
    )
    sweeper = file_sweeper(sweep, every_s=settings.sweep_files_every_s)
    sweeper.start()
    stack.push_async_callback(sweeper.stop)


noun = Noun(
    grants={"files:read": Grant(EVERY_ROLE), "files:write": Grant(MAKERS)},
    settings=(FileSettings, ObjectSettings, ScanSettings),
    handlers=handlers_of("files"),
    binds=_binds,
    routes=(
        Routes(93, routes.streamed),
        Routes(94, uploads.streamed),
        Routes(95, uploads.router),
        Routes(96, content.router),
        Routes(97, attached.of_agents),
        Routes(98, attached.of_workflows),
        Routes(99, routes.router),
    ),
    tag=(47, "Files", "What users upload, what it is attached to, and its bytes."),
    background=_start_sweeping,
)

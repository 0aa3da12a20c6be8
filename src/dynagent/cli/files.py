"""`dynagent files …`."""

from collections.abc import AsyncGenerator

from dynagent.application.commands.files import FileSettings, SweepFiles
from dynagent.application.commands.files.sweep import SweepFilesHandler
from dynagent.application.shared.caller import SYSTEM
from dynagent.cli.failures import run
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.clamav.scan import ClamdScan, ScanSettings
from dynagent.infrastructure.objects.settings import ObjectSettings
from dynagent.infrastructure.objects.store import ObstoreObjects
from dynagent.infrastructure.observability.health import Condition, Finding
from dynagent.infrastructure.observability.logging import LogSettings, configure_logging
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.files import PostgresObjectsInUse
from dynagent.infrastructure.postgres.migrations import check_schema


async def look_at_files() -> Finding:
    """Say where files are stored, whether that can be written, and whether they are scanned; leaves nothing behind."""
    objects, scan = ObstoreObjects(ObjectSettings(), DatabaseSettings().data_dir), ClamdScan(ScanSettings())
    key = f"checks/{new_id()}"
    try:
        if not objects.is_unused:
            await objects.put(key, _probe())
            await objects.delete([key])
        await scan.check(_probe())
    except DynagentError as error:
        return Finding(Condition.WARN, error.detail, "see OBJECT_STORE_URL and CLAMAV_ADDRESS in .env.example")
    return Finding(Condition.OK, f"{objects.place}, {'scanned' if scan.enabled else 'not scanned'} for viruses")


async def _probe() -> AsyncGenerator[bytes]:
    yield b"dynagent doctor"


def run_sweep(*, dry_run: bool) -> int:
    """Sweep the object store once and say what went; return the exit code."""

    async def main() -> int:
        configure_logging(LogSettings())
        settings = DatabaseSettings()
        objects = ObstoreObjects(ObjectSettings(), settings.data_dir)
        database = Database(settings)
        await database.connect()
        try:
            await check_schema(database.pool)
            sweep = SweepFilesHandler(
                objects=objects, in_use=PostgresObjectsInUse(database.pool), settings=FileSettings()
            )
            swept = await sweep(SweepFiles(dry_run=dry_run), SYSTEM)
        finally:
            await database.close()
        verb = "would go" if dry_run else "went"
        print(f"dynagent: of {objects.place} {swept.objects} objects ({swept.bytes} bytes) {verb} that nobody knew")
        if not dry_run:
            print(f"dynagent: {swept.uploads} idle uploads, {swept.unfinished} half-written objects went")
        return 0

    return run(main)

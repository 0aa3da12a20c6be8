"""How runs come to their files: facts from PostgreSQL, bytes from the object store, text from whoever reads it."""

from pathlib import Path

from dynagent.core.files import GiveFiles
from dynagent.infrastructure.files.texts import PlainTexts
from dynagent.infrastructure.objects.settings import ObjectSettings
from dynagent.infrastructure.objects.store import ObstoreObjects
from dynagent.infrastructure.postgres.files_of_runs import PostgresFilesOfRuns
from dynagent.infrastructure.postgres.pool import Pool


def give_files_with(pool: Pool, settings: ObjectSettings, data_dir: Path) -> GiveFiles:
    """Return what reads the files of runs."""
    objects = ObstoreObjects(settings, data_dir)
    return GiveFiles(files=PostgresFilesOfRuns(pool), objects=objects, texts=PlainTexts(objects))

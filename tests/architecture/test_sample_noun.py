"""A new noun costs its own seven files: put into a copy of the tree, it is served, guarded, documented and pruned."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from dynagent.infrastructure.postgres import migrations
from tests.architecture.source import SRC
from tests.cli.processes import MEASURING

ROOT = SRC.parents[1]
SAMPLE = Path(__file__).parent / "sample_noun"
PLACES = {
    "core.py": "src/dynagent/core/notes.py",
    "commands.py": "src/dynagent/application/commands/notes.py",
    "queries.py": "src/dynagent/application/queries/notes.py",
    "postgres.py": "src/dynagent/infrastructure/postgres/notes.py",
    "api.py": "src/dynagent/presentation/api/notes.py",
    "noun.py": "src/dynagent/main/nouns/notes.py",
    "migration.py": "migrations/versions/9999_notes.py",
}


async def test_a_noun_of_seven_files_is_created_listed_changed_and_deleted_over_http(
    fresh_database_url: str, tmp_path: Path
) -> None:
    for part in ("src", "migrations"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file, place in PLACES.items():
        assert not (tmp_path / place).exists()
        (tmp_path / place).write_text((SAMPLE / "files" / file).read_text().replace('"HEAD"', f'"{migrations.head()}"'))
    # Coverage is not measured there: the copy's files would be counted beside the tree's own.
    environment = {name: value for name, value in os.environ.items() if name not in MEASURING}
    environment["MAX_NOTES"] = "2"
    environment["PYTHONPATH"] = str(tmp_path / "src")
    journey = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SAMPLE / "journey.py"),
        fresh_database_url,
        cwd=tmp_path,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await journey.communicate()
    assert journey.returncode == 0, printed.decode()[-4000:]

"""`dynagent files` and what doctor says of files."""

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.processes import dynagent_says, environment


def test_a_sweep_says_what_went(fresh_database_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": fresh_database_url, "DATA_DIR": str(tmp_path)}
    orphan = tmp_path / "objects/files/nobody/1"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"orphan")
    os.utime(orphan, (0, 0))

    counted = dynagent_says("files", "sweep", "--dry-run", **settings)
    assert (counted.returncode, orphan.exists()) == (0, True), counted.stderr
    swept = dynagent_says("files", "sweep", **settings)

    assert "1 objects (6 bytes) would go" in counted.stdout
    assert "1 objects (6 bytes) went" in swept.stdout
    assert not orphan.exists()


def test_a_store_that_is_away_is_one_line(fresh_database_url: str, tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("in the way")

    swept = dynagent_says("files", "sweep", DATABASE_URL=fresh_database_url, DATA_DIR=str(tmp_path))

    assert swept.returncode == 1
    assert "the object store" in swept.stderr
    assert "Traceback" not in swept.stderr


def test_nothing_of_the_object_store_is_loaded_before_it_is_used(tmp_path: Path) -> None:
    code = "import sys, dynagent.main.platform; print('obstore' in sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment(DATA_DIR=str(tmp_path)),
    )

    assert said.stdout.strip() == "False"

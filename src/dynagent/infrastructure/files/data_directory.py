"""The data directory: where it lies, how it is made, and what is said when it cannot be used."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dynagent.core.shared.errors import Unavailable


class DataDirUnusable(Unavailable):
    """The data directory cannot be written, or belongs to somebody else."""

    code = "data_dir_unusable"


def default_data_dir() -> Path:
    """Return where data lies when nobody says otherwise: `/var/lib/dynagent` for root, else the XDG data home."""
    if os.geteuid() == 0:
        return Path("/var/lib/dynagent")
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "dynagent"


def make_data_directory(data_dir: Path) -> None:
    """Make the data directory unless it is there. Root's is open to the embedded server's account. Raises OSError."""
    make_directory(data_dir, mode=0o755 if os.geteuid() == 0 else 0o700)


def make_directory(path: Path, *, mode: int) -> None:
    """Make a directory and its missing parents with exactly this mode; what is there already stays as it is."""
    for place in [*reversed(path.parents), path]:
        if not place.exists():
            place.mkdir(exist_ok=True)
            # Not by mkdir's argument: a umask of 077 would close to the server's account what must be open to it.
            place.chmod(mode)


@contextmanager
def usable(data_dir: Path) -> Generator[None]:
    """Run a block that works in the data directory. Raises DataDirUnusable (path, reason, remedy) for its OSError."""
    try:
        yield
    except OSError as error:
        raise DataDirUnusable(
            f"the data directory {data_dir} cannot be used ({error.strerror}): set DATA_DIR to a directory "
            "you can write, or DATABASE_URL"
        ) from error

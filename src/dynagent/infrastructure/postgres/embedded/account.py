"""The system account that PostgreSQL runs as: our own, or, as it refuses root, an unprivileged one."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import structlog

from dynagent.core.shared.errors import Unavailable

NAME = "dynagent"
FALLBACK = "nobody"

log = structlog.stdlib.get_logger(__name__)


class PopenOptions(TypedDict):
    """What `subprocess` takes to change the account of a process; None changes nothing."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


class NoAccount(Unavailable):
    """We run as root and there is no unprivileged account that could own the database."""

    code = "postgres_no_account"


@dataclass(frozen=True, slots=True)
class Account:
    """A system account. `foreign` when it is another than ours, which only root can use."""

    name: str
    uid: int
    gid: int
    foreign: bool

    def popen_options(self) -> PopenOptions:
        """Return the arguments that make `subprocess` start a process under this account."""
        if not self.foreign:
            return {"user": None, "group": None, "extra_groups": None}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make a file or directory (never through a symlink) this account's."""
        if self.foreign:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        """Say whether the account can enter (a directory) or run (a file) the path, all parents included."""
        if not self.foreign:
            return os.access(path, os.X_OK)
        test = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
        return subprocess.run(test, check=False, cwd="/", **self.popen_options()).returncode == 0


def choose_account(data: Path, *, create: bool = True) -> Account:
    """Return the account for a data directory: ourselves, or for root the data's owner, `dynagent`, or `nobody`.

    `create` allows to add the system user `dynagent`. Raises NoAccount when root finds none.
    """
    if os.geteuid() != 0:
        return Account(_own_name(), os.geteuid(), os.getegid(), foreign=False)
    if data.exists() and data.stat().st_uid != 0:
        return _foreign(pwd.getpwuid(data.stat().st_uid))
    entry = _find(NAME) or (_create() if create else None) or _find(FALLBACK)
    if entry is None:
        raise NoAccount("PostgreSQL cannot run as root: add a system user named dynagent, or set DATABASE_URL")
    if entry.pw_name == FALLBACK:
        log.warning("embedded_postgres_runs_as_nobody", advice="add a system user named dynagent")
    return _foreign(entry)


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise NoAccount(
            f"user id {os.geteuid()} has no name on this system, which PostgreSQL insists on; set DATABASE_URL"
        ) from None


def _foreign(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, foreign=True)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd | None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command = [program, *options, "--shell", "/usr/sbin/nologin", NAME]
    if subprocess.run(command, check=False, capture_output=True).returncode == 0:
        log.info("system_user_created", user=NAME, why="PostgreSQL refuses to run as root")
    return _find(NAME)

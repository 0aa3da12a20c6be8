"""Where the programs come from: the wheel, or a copy that the server's account can reach."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dynagent.infrastructure.postgres.embedded import Account, BinariesMissing, NoAccount, binaries
from dynagent.infrastructure.postgres.embedded import account as accounts
from dynagent.infrastructure.postgres.embedded.binaries import programs_for

OURS = Account("us", os.geteuid(), os.getegid(), foreign=False)


class Closed(Account):
    """An account that reaches only what lies under some places."""

    open_places: tuple[Path, ...] = ()

    def reaches(self, path: Path) -> bool:
        """Compare."""
        return any(path.is_relative_to(place) for place in self.open_places)


def test_the_wheels_programs_are_used_where_they_can_be_reached(tmp_path: Path) -> None:
    programs = programs_for(OURS, tmp_path)
    assert (programs / "initdb").exists()
    assert list(tmp_path.iterdir()) == []


def test_closed_programs_are_copied_once_and_run_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "SHARED_COPY", tmp_path / "shared")
    monkeypatch.setattr(Closed, "open_places", (tmp_path,))
    account = Closed("other", 1, 1, foreign=True)
    programs = programs_for(account, tmp_path / "data")
    assert programs.is_relative_to(tmp_path / "shared")
    version = subprocess.run([programs / "initdb", "--version"], capture_output=True, text=True, check=True)
    assert "PostgreSQL) 18" in version.stdout
    stamp = (programs / "postgres").stat().st_mtime_ns
    assert programs_for(account, tmp_path / "data") == programs
    assert (programs / "postgres").stat().st_mtime_ns == stamp


def test_a_copy_goes_to_the_data_directory_when_the_shared_place_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(binaries, "SHARED_COPY", tmp_path / "file" / "runtime")
    monkeypatch.setattr(Closed, "open_places", (tmp_path / "data",))
    assert programs_for(Closed("other", 1, 1, foreign=True), tmp_path / "data").is_relative_to(tmp_path / "data")
    shutil.rmtree(tmp_path / "data")
    (tmp_path / "data").write_text("")
    with pytest.raises(BinariesMissing, match="set DATABASE_URL"):
        programs_for(Closed("other", 1, 1, foreign=True), tmp_path / "data")


def test_a_platform_without_programs_is_told_to_bring_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")
    with pytest.raises(BinariesMissing, match="set DATABASE_URL"):
        programs_for(OURS, tmp_path)


def test_root_hands_the_server_to_an_account_and_others_keep_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts.os, "geteuid", lambda: 0)
    monkeypatch.setattr(accounts, "_find", lambda _name: None)
    with pytest.raises(NoAccount, match="system user"):
        accounts.choose_account(tmp_path / "none", create=False)
    monkeypatch.undo()
    account = accounts.choose_account(tmp_path / "none", create=False)
    assert account.uid != 0
    assert account.foreign is (os.geteuid() == 0)


def test_an_account_without_a_name_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(accounts.os, "geteuid", lambda: 54_321)
    with pytest.raises(NoAccount, match="54321"):
        accounts.choose_account(tmp_path)

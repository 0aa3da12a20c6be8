"""The data directory: made with the right modes whatever the umask, refused in one sentence."""

import os
from pathlib import Path

import pytest

from dynagent.infrastructure.files.data_directory import (
    DataDirUnusable,
    default_data_dir,
    make_data_directory,
    make_directory,
    usable,
)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_strict_umask_does_not_close_what_the_database_s_account_must_reach(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        make_data_directory(tmp_path / "a/b")
    finally:
        os.umask(before)

    wanted = 0o755 if os.geteuid() == 0 else 0o700
    assert [mode_of(tmp_path / "a"), mode_of(tmp_path / "a/b")] == [wanted, wanted]


def test_what_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir(mode=0o750)

    make_directory(tmp_path / "kept", mode=0o711)

    assert mode_of(tmp_path / "kept") == 0o750


def test_a_refusal_names_the_place_the_reason_and_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with (
        pytest.raises(DataDirUnusable, match=r"file/below cannot be used \(Not a directory\): set DATA_DIR"),
        usable(tmp_path / "file/below"),
    ):
        make_data_directory(tmp_path / "file/below")


def test_the_place_is_the_xdg_data_home_of_an_ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")

    assert default_data_dir() == Path("/somewhere/dynagent")

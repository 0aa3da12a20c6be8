"""The memory limit of all calls together, over a tree of files that looks like a cgroup of version 2."""

import os
from pathlib import Path

import pytest

from dynagent.infrastructure.sandbox.cgroups import PoolMemory

LIMIT = 1 << 30


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A mount with one delegated-looking root."""
    for name, text in {
        "cgroup.controllers": "cpu memory pids",
        "cgroup.subtree_control": "cpu memory",
        "cgroup.procs": "",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def own(tree: Path, path: str) -> Path:
    file = tree / "own"
    file.write_text(f"1:name=systemd:/\n0::{path}\n")
    return file


def test_a_group_with_the_limit_is_made_and_removed(tree: Path) -> None:
    memory = PoolMemory(LIMIT, mount=tree, own=own(tree, "/"))

    assert memory.group is not None
    assert memory.group == tree / f"dynagent-tools-{os.getpid()}"
    assert (memory.group / "memory.max").read_text() == str(LIMIT)
    assert memory.text == "all calls together have 1024 MB"
    for file in memory.group.iterdir():
        file.unlink()  # a real group holds no files of its own
    memory.remove()
    assert not memory.group.exists()


def test_what_a_killed_server_left_is_removed(tree: Path) -> None:
    (tree / "dynagent-tools-1").mkdir()
    PoolMemory(LIMIT, mount=tree, own=own(tree, "/"))
    assert not (tree / "dynagent-tools-1").exists()


def test_the_controller_is_handed_on_where_it_is_not_yet(tree: Path) -> None:
    (tree / "cgroup.subtree_control").write_text("cpu")
    assert PoolMemory(LIMIT, mount=tree, own=own(tree, "/")).group
    assert (tree / "cgroup.subtree_control").read_text() == "+memory"


@pytest.mark.parametrize(
    ("controllers", "path", "reason"),
    [
        ("cpu pids", "/", "memory controller"),
        (None, "/", "version 2"),
        ("memory", "/system.slice/dynagent.service", "not delegated"),
    ],
)
def test_where_there_can_be_none_the_reason_is_told(
    tree: Path, controllers: str | None, path: str, reason: str
) -> None:
    (tree / "system.slice/dynagent.service").mkdir(parents=True)
    if controllers is None:
        (tree / "cgroup.controllers").unlink()
    else:
        (tree / "cgroup.controllers").write_text(controllers)
    memory = PoolMemory(LIMIT, mount=tree, own=own(tree, path))

    assert memory.group is None
    assert reason in memory.text

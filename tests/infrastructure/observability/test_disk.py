"""Room on the disk is told before it runs out."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from dynagent.infrastructure.observability import disk
from dynagent.infrastructure.observability.health import Condition


@pytest.mark.parametrize(
    ("free", "condition"),
    [(50 * 1024**3, Condition.OK), (1024**3, Condition.WARN), (100 * 1024**2, Condition.FAIL)],
)
async def test_conditions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, condition: Condition) -> None:
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))

    found = await disk.check_disk(tmp_path / "not" / "there" / "yet")

    assert found.condition is condition
    assert str(tmp_path) in found.detail
    assert bool(found.advice) is (condition is not Condition.OK)

"""The CI service runs what is here: files and targets that exist, with no more rights than it needs."""

import os
import re
from typing import Any

import yaml

from tests.architecture.source import ROOT

WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
COMMANDS = [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]


def test_its_commands_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for command in COMMANDS:
        word, *rest = command.split()
        assert rest[0] in targets if word == "make" else os.access(ROOT / word, os.X_OK), command
    assert {".ci/run", "make audit"} <= set(COMMANDS)


def test_it_may_read_only_and_ends() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [name for name, job in WORKFLOW["jobs"].items() if job.get("timeout-minutes", 999) > 60] == []


def test_what_is_audited_is_what_is_locked() -> None:
    audit = (ROOT / "scripts" / "audit").read_text()
    locks = {path.name for path in ROOT.glob("requirements*.lock")} - {"requirements-node.lock"}
    assert all(lock in audit for lock in locks)

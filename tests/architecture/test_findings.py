"""The scripts in findings/ keep their form; they are not run here, other people's releases must not fail our checks."""

import os
import re
import subprocess
from pathlib import Path

import pytest

FINDINGS = Path(__file__).resolve().parents[2] / "findings"
SCRIPTS = sorted(FINDINGS.glob("*.sh"))
HEADER = ("Software:", "Seen on:", "Expected:", "Behaviour:", "Why care:", "Output:")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_finding_says_what_it_shows_and_pins_what_it_installs(script: Path) -> None:
    lines = script.read_text().splitlines()
    installs = [line for line in lines if " install " in line]
    packages = [word for line in installs for word in line.split(" install ")[1].split() if word[0].isalpha()]

    assert [name for name in HEADER if not any(line.startswith(f"# {name}") for line in lines)] == []
    assert any(line.startswith("#| ") for line in lines)
    assert packages
    assert [package for package in packages if not re.search(r"[=@]\d", package)] == []
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", script], check=True)


def test_the_readme_lists_every_finding() -> None:
    listed = re.findall(r"\]\((\S+\.sh)\)", (FINDINGS / "README.md").read_text())

    assert sorted(listed) == [script.name for script in SCRIPTS]

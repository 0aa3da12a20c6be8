"""What the documents promise about the repository is so."""

import re
import subprocess
import sys

from tests.architecture.source import ROOT

MAKE = re.compile(r"^\s*(?:\$ )?make ([a-z-]+)", re.MULTILINE)


def test_the_locks_hold_names_versions_and_hashes_only() -> None:
    run = subprocess.run(
        [sys.executable, "scripts/check_locks.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr


def test_every_make_command_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documents = [ROOT / "README.md", ROOT / "AGENTS.md", *(ROOT / "docs").rglob("*.md")]
    named = {target for file in documents for block in _code_blocks(file.read_text()) for target in MAKE.findall(block)}

    assert named - targets == set()


def test_links_between_the_documents_lead_somewhere() -> None:
    broken = [
        f"{file.relative_to(ROOT)}: {target}"
        for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "findings/README.md"]
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", file.read_text())
        if "://" not in target and not (file.parent / target).exists()
    ]

    assert broken == []


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_every_setting_of_the_example_is_commented_out() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


def _code_blocks(text: str) -> list[str]:
    return re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL)

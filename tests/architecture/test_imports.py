"""The import contracts of pyproject.toml hold, and imports stand at the top."""

import ast
import subprocess
import sys

from tests.architecture.source import ROOT, SRC, name_of, python_files, tree_of

# What is imported late, and why: a command line that answers `--help` in a moment, and a server that starts fast.
LATE_IMPORTS_IN = ("cli", "main")


def test_lint_imports_keeps_every_contract() -> None:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.argv[1:] = []; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]


def test_imports_are_absolute() -> None:
    relative = [
        f"{name_of(file)}:{node.lineno}"
        for file in python_files("src")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]

    assert relative == []


def test_imports_stand_at_the_top_except_where_starting_fast_matters() -> None:
    late = [
        f"{name_of(file)}:{node.lineno}"
        for file in python_files("src")
        if file.relative_to(SRC).parts[0].removesuffix(".py") not in LATE_IMPORTS_IN
        for function in ast.walk(tree_of(file))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and not _is_explained(file.read_text(), node.lineno)
    ]

    assert late == []


def test_only_the_composition_root_names_concrete_classes() -> None:
    outside = [
        f"{name_of(file)}: {module}"
        for file in python_files("src/dynagent/presentation", "src/dynagent/application", "src/dynagent/core")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and (module := node.module or "")
        if module.startswith("dynagent.infrastructure")
    ]

    assert outside == []


def _is_explained(text: str, line: int) -> bool:
    """A late import is meant so when a comment stands above it (or above the late imports right before it)."""
    lines = text.splitlines()[: line - 1]
    while lines and lines[-1].lstrip().startswith(("import ", "from ")):
        lines.pop()
    return bool(lines) and lines[-1].lstrip().startswith("#")

"""A package exports what somebody imports from it, and nothing else."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.architecture.source import ROOT, SRC

EXPORTING = ("application", "core")


def test_every_name_that_a_package_exports_is_imported_from_it() -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for part in ("src", "tests", "scripts", "benchmarks", "findings"):
        for file in (ROOT / part).rglob("*.py"):
            for module, names in _imports(file):
                used[module] |= names
    unused = {
        package: sorted(left)
        for floor in EXPORTING
        for file in (SRC / floor).rglob("__init__.py")
        if (left := _exports(file) - used[package := ".".join(file.parent.relative_to(SRC.parent).parts)])
    }
    assert unused == {}


def _imports(file: Path) -> list[tuple[str, set[str]]]:
    return [
        (node.module, {alias.name for alias in node.names})
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    ]


def _exports(file: Path) -> set[str]:
    return {name for _, names in _imports(file) for name in names}

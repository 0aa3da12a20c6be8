"""Statements on the run tables stand in one folder, where one list of columns is (the engine is not a noun)."""

import ast
import re
from pathlib import Path

from tests.architecture.source import SRC, name_of, python_files, tree_of

ROOM = SRC / "infrastructure" / "postgres" / "runs"
DEFINED_IN = SRC / "infrastructure" / "postgres" / "tables.py"
CHECKPOINTS = ("checkpoints", "checkpoint_writes", "checkpoint_blobs")
TABLES = ("runs", "run_events", "workers", "user_slots", "interrupts", "chats", *CHECKPOINTS)
STATEMENT = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|USING|TABLE|LOCK|TRUNCATE)\s+(?:ONLY\s+)?(?:{'|'.join(TABLES)})\b")


def test_no_statement_on_a_run_table_stands_elsewhere() -> None:
    assert [f"{name_of(file)}:{found}" for file in _others() for found in statements(file)] == []


def test_no_other_module_has_the_table_of_a_run() -> None:
    assert [f"{name_of(file)}:{found}" for file in _others() for found in tables(file)] == []


def test_the_room_is_seen_by_both_rules(tmp_path: Path) -> None:
    """The rules find what they look for: in the room itself, and in a module with a table."""
    module = tmp_path / "module.py"
    module.write_text("from dynagent.infrastructure.postgres.tables import metadata, runs\n")

    assert {"executions.py", "leases.py", "chats.py"} <= {file.name for file in ROOM.glob("*.py") if statements(file)}
    assert tables(module) == ["1 runs"]


def statements(file: Path) -> list[str]:
    """Return line and beginning of each statement; docstrings are prose."""
    docstrings = {id(text) for node in ast.walk(tree_of(file)) if (text := _docstring(node)) is not None}
    return [
        f"{node.lineno} {match[0]}"
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if (match := STATEMENT.search(node.value))
    ]


def tables(file: Path) -> list[str]:
    """Return line and name of each import of a run table's object."""
    return [
        f"{node.lineno} {alias.name}"
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dynagent.infrastructure.postgres")
        for alias in node.names
        if alias.name in TABLES
    ]


def _others() -> list[Path]:
    return [file for file in python_files("src") if ROOM not in file.parents and file != DEFINED_IN]


def _docstring(node: ast.AST) -> ast.expr | None:
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    return first.value if isinstance(first, ast.Expr) else None

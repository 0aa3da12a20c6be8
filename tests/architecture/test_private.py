"""Nothing private of a library is used: its next release may have it no more."""

import ast
from pathlib import Path

from tests.architecture.source import name_of, python_files, tree_of

PUBLIC = {"os._exit", "sys._current_frames", "ssl._create_default_https_context", "atexit._run_exitfuncs"}
"""Python's own: two of its manual, one of PEP 476, and the only way to run exit functions before `os._exit`."""

FOR_SUBCLASSES = {"_run", "_arun"}
"""What LangChain asks people to write in tools of their own; the sandbox calls it in these."""


def test_no_module_uses_a_private_attribute_of_a_foreign_thing() -> None:
    found = [use for file in python_files("src") for use in _foreign_attributes(file)]

    assert found == []


def test_no_module_imports_from_a_private_module_or_a_private_name() -> None:
    found = [
        f"{name_of(file)}:{node.lineno} {node.module}"
        for file in python_files("src")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith("dynagent")
        if any(_is_private(part) for part in [*node.module.split("."), *(alias.name for alias in node.names)])
    ]

    assert found == []


def _foreign_attributes(file: Path) -> list[str]:
    tree = tree_of(file)
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_private(node.attr)]
    own = {node.attr for node in attributes if _is_own(node.value)} | FOR_SUBCLASSES
    own |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return [
        f"{name_of(file)}:{node.lineno} {ast.unparse(node)}"
        for node in attributes
        if node.attr not in own and ast.unparse(node) not in PUBLIC
    ]


def _is_own(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in {"self", "cls"}


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")

"""The repository's own files, parsed once for the tests of its shape."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "dynagent"
LEFT_OUT = {"node_modules", ".next", "out", "__pycache__", ".venv"}
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    """Return the Python files below the folders (relative to the root), in order."""
    return _files(".py", folders)


def frontend_files(*suffixes: str) -> list[Path]:
    """Return the files of the frontend's sources that people write (the generated client is left out)."""
    files = [file for suffix in suffixes for file in _files(suffix, ("frontend/src", "frontend/tests"))]
    return [file for file in files if "generated" not in file.parts and not file.name.endswith(".gen.ts")]


def name_of(path: Path) -> str:
    """Return the path as it is named in the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(path.read_text(), filename=str(path))


def functions_of(path: Path) -> Iterator[FunctionNode]:
    """Yield every function and method of a module."""
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, FunctionNode))


def imports_of(path: Path) -> set[str]:
    """Return the full names of the modules that a module imports from (`from a.b import c` gives `a.b`)."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return found


def lines_of(node: FunctionNode) -> int:
    """Return the length of a function in lines, without its decorators and docstring."""
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def _files(suffix: str, folders: tuple[str, ...]) -> list[Path]:
    found = [file for folder in folders for file in (ROOT / folder).rglob(f"*{suffix}")]
    return sorted(file for file in found if not LEFT_OUT & set(file.relative_to(ROOT).parts))

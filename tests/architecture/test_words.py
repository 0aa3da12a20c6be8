"""Words and calls that are left out, and docstrings that are there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, SRC, FunctionNode, name_of, python_files, tree_of

FORBIDDEN_WORDS = re.compile(r"Manager|Helper|Util|Impl(?![a-z])", re.IGNORECASE)
# The one place where code of users is executed: a process of its own, inside the sandbox.
EXECUTES_CODE = SRC / "infrastructure" / "sandbox"
EXECUTING = {"exec", "eval", "compile"}
UNFINISHED = re.compile(r"#\s*(?:TODO|FIXME|XXX|HACK)\b|\bNotImplemented\b(?!Error)")


def test_names_avoid_the_words_that_say_nothing() -> None:
    found = [
        f"{name_of(file)}:{node.lineno} {node.name}"
        for file in python_files("src")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ClassDef | FunctionNode) and FORBIDDEN_WORDS.search(node.name)
    ]
    found += [name_of(file) for file in python_files("src") if FORBIDDEN_WORDS.search(file.stem)]

    assert found == []


def test_no_code_is_executed_outside_the_sandbox() -> None:
    calls = [
        f"{name_of(file)}:{node.lineno} {node.func.id}"
        for file in python_files("src")
        if not file.is_relative_to(EXECUTES_CODE)
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"exec", "eval", "compile"}
    ]

    assert calls == []


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{name_of(file)}:{number}"
        for file in python_files("src")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]

    assert found == []


def test_public_things_of_the_product_have_docstrings() -> None:
    bare = [
        f"{name_of(file)}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'module')}"
        for file in python_files("src")
        for node in _public(file)
        if ast.get_docstring(node) is None
    ]

    assert bare == []


def test_no_paths_of_a_machine_and_no_registry_addresses() -> None:
    kept = [*python_files("src", "tests", "benchmarks", "scripts"), *(ROOT / "scripts").glob("*"), ROOT / "Makefile"]
    kept += [ROOT / name for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock")]
    pattern = re.compile(r"(?:^|[\s\"'=])/(?:home|root|Users|work)/|//(?:pypi|registry|files)\.[a-z]+\.org")
    found = [
        f"{name_of(file)}: {match[0].strip()}"
        for file in kept
        if file.is_file() and file != Path(__file__).resolve() and (match := pattern.search(file.read_text()))
    ]

    assert found == []


def _public(file: Path) -> Iterator[ast.Module | ast.ClassDef | FunctionNode]:
    module = tree_of(file)
    yield module
    for node in module.body:
        if isinstance(node, FunctionNode) and not node.name.startswith("_"):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node
            yield from (
                inner for inner in node.body if isinstance(inner, FunctionNode) and not inner.name.startswith("_")
            )

"""Nothing is accepted and ignored: every field of every request's body has a test that shows what it does."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from dynagent.presentation import api
from tests.architecture.source import FunctionNode, name_of, python_files, tree_of
from tests.presentation.api.house import House

DECORATOR = "shows"
MODULES: dict[int, ast.Module] = {}
"""The module of each test that shows something, by the id of its node."""


def test_every_field_of_every_body_has_a_test_that_shows_its_effect() -> None:
    shown = {field for _, fields in _showing_tests() for field in fields}
    missing = [f"{body}.{field}" for body, field in _fields() if not _counts(body, field, shown)]
    assert missing == [], 'decorate the test that shows what the field does: @shows("Body.field"), see tests/shows.py'


def test_no_test_shows_a_field_that_is_gone() -> None:
    there = {f"{kind.__name__}.{field}" for kind in _models().values() for field in kind.model_fields}
    assert {field for _, fields in _showing_tests() for field in fields} - there == set()


def test_a_test_that_shows_a_field_uses_it_and_asserts_something() -> None:
    asserting = [test for test, _ in _showing_tests() if any(isinstance(node, ast.Assert) for node in ast.walk(test))]
    assert [test.name for test, _ in _showing_tests() if test not in asserting] == []
    silent = [
        f"{test.name} never names {field}"
        for test, fields in _showing_tests()
        for field in fields
        if not any(field.partition(".")[2] in text for text in _words_of(test, MODULES[id(test)]))
    ]
    assert silent == []


def _fields() -> Iterator[tuple[str, str]]:
    """Yield (schema, field) of all bodies in the API's document."""
    document: dict[str, Any] = House().app.openapi()
    schemas: dict[str, Any] = document["components"]["schemas"]
    operations = [op for path in document["paths"].values() for op in path.values() if isinstance(op, dict)]
    names = {name for operation in operations for name in _referred(operation.get("requestBody", {}))}
    assert {"AgentBody", "ExecutionBody", "ScheduleBody"} <= names
    for name in sorted(names):
        for field in schemas[name].get("properties", {}):
            yield name, field


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference.rpartition("/")[2]
        for item in value.values():
            yield from _referred(item)
    elif isinstance(value, list):
        for item in value:
            yield from _referred(item)


def _counts(body: str, field: str, shown: set[str]) -> bool:
    """Whether the field is shown of this body or of one that it inherits the field from."""
    return any(f"{kind.__name__}.{field}" in shown for kind in _models()[body].__mro__)


def _models() -> dict[str, type[BaseModel]]:
    for module in pkgutil.walk_packages(api.__path__, api.__name__ + "."):
        importlib.import_module(module.name)
    found: dict[str, type[BaseModel]] = {}
    waiting: list[type[BaseModel]] = [BaseModel]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith(api.__name__):
                found[kind.__name__] = kind
    return found


def _showing_tests() -> Iterator[tuple[FunctionNode, list[str]]]:
    for file in python_files("tests"):
        for node in tree_of(file).body:
            if not isinstance(node, FunctionNode):
                continue
            fields = [
                argument.value
                for call in node.decorator_list
                if isinstance(call, ast.Call) and _is_mark(call)
                for argument in call.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            ]
            if fields:
                assert node.name.startswith("test_"), f"{name_of(file)}: {node.name} is no test"
                MODULES[id(node)] = tree_of(file)
                yield node, fields


def _words_of(test: FunctionNode, module: ast.Module) -> set[str]:
    """Return the names and texts in a test and in what it uses of its module; what `shows` says is left out."""
    body = ast.Module([*test.body, *(ast.Expr(mark) for mark in test.decorator_list if not _is_mark(mark))], [])
    words = set(_words_in(body))
    used = [node for node in module.body if words & set(_defined_by(node)) and node is not test]
    return words.union(*(set(_words_in(node)) for node in used))


def _is_mark(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == DECORATOR


def _defined_by(node: ast.stmt) -> list[str]:
    if isinstance(node, FunctionNode):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _words_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr

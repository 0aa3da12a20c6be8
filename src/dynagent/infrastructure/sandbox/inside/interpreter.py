"""Code that a model wrote, run as a script: statements, top-level `await`, and the last expression as the result."""

import ast
import inspect
import sys
import types
from typing import Any

from dynagent.infrastructure.sandbox.inside.results import NotSerialisable, to_json

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_SHOWN = 10_000


async def interpret(code: str, name: str = "<tool>") -> Any:
    """Run a script and return the value of its last expression, as JSON types or else as its `repr`."""
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    # As in a script: dataclasses and typing find the names of annotations in the module of this name.
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    names = module.__dict__
    await _run(compile(tree, name, "exec", _FLAGS, dont_inherit=True), names)
    if not isinstance(last, ast.Expr):
        return None
    value = await _run(compile(ast.Expression(last.value), name, "eval", _FLAGS, dont_inherit=True), names)
    try:
        return to_json(value)
    except NotSerialisable:
        return repr(value)[:_SHOWN]


async def _run(program: Any, names: dict[str, Any]) -> Any:
    value = eval(program, names)  # noqa: S307  # this process is the sandbox
    return await value if inspect.iscoroutine(value) else value

"""From a syntax tree to a tool's entry, shape, description and argument schema; nothing is imported or executed."""

import ast
from dataclasses import dataclass
from typing import Any

from dynagent.infrastructure.sandbox.inside.annotations import Annotations, Unreadable, defaulted
from dynagent.infrastructure.sandbox.inside.docstrings import parameter_texts, summary

__all__ = ["Unreadable", "reflect"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Entry:
    """What a call will call: its name, its shape, the function with the parameters, the class around it."""

    name: str
    shape: str
    function: Function
    owner: ast.ClassDef | None = None


def reflect(tree: ast.Module, name: str) -> dict[str, Any]:
    """Return {entry, shape, description, parameters}. Raises Unreadable with rule, line and column."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    entry = _entry(tree, name, classes)
    schemas = Annotations(tree, classes)
    return {
        "entry": entry.name,
        "shape": entry.shape,
        "description": _description(entry),
        "parameters": _own_schema(entry, schemas) or _signature(entry, schemas),
    }


def _entry(tree: ast.Module, name: str, classes: dict[str, ast.ClassDef]) -> Entry:
    """Return the function of the tool's name, else the class tool, the `@tool`, the first public async function."""
    functions = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    tools = [node for node in classes.values() if _is_tool_class(node, classes)]
    if tools and not any(node.name == name for node in functions):
        working = [node for node in tools if _work_of(node, classes)] or tools
        return _class_entry(next((node for node in working if node.name == name), working[0]), classes)
    public = [node for node in functions if not node.name.startswith("_")]
    used = _used_names(functions)
    unused = [node for node in public if node.name not in used]  # helpers are used by others, the entry is not
    for candidates in (
        [node for node in functions if node.name == name],
        [node for node in functions if _is_marked(node)],
        [node for node in unused if isinstance(node, ast.AsyncFunctionDef)],
        [node for node in public if isinstance(node, ast.AsyncFunctionDef)],
        unused,
        public,
    ):
        if candidates:
            return Entry(candidates[0].name, _shape(candidates[0]), candidates[0])
    raise Unreadable("no_entry", tree, "the source defines neither a function nor a class deriving from BaseTool")


def _class_entry(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Entry:
    methods = _methods(node, classes)
    work = _work_of(node, classes)
    if work is None:
        raise Unreadable("no_entry", node, f"class '{node.name}' has neither `_arun` nor `_run`")
    made = methods.get("__init__")
    if made is not None:
        optional = len(made.args.defaults)
        needed = len(made.args.posonlyargs + made.args.args) - 1 - optional
        if needed > 0 or any(default is None for default in made.args.kw_defaults):
            raise Unreadable("constructor", made, "a class tool is made without arguments: give them defaults")
    return Entry(node.name, "class", work, node)


def _methods(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> dict[str, Function]:
    methods: dict[str, Function] = {}
    for owner in _line(node, classes):
        for item in owner.body:
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
                methods.setdefault(item.name, item)
    return methods


def _work_of(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Function | None:
    methods = _methods(node, classes)
    return methods.get("_arun") or methods.get("_run")


def _used_names(functions: list[Function]) -> set[str]:
    """Return the names that functions use of others than themselves."""
    return {
        inner.id
        for node in functions
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and inner.id != node.name
    }


def _is_tool_class(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    return any(
        _last_name(base) in ("BaseTool", "Tool", "StructuredTool")
        for owner in _line(node, classes)
        for base in owner.bases
    )


def _line(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> list[ast.ClassDef]:
    """Return the class and those of its bases that stand in the same source, nearest first."""
    found, queue = [node], [node]
    while queue:
        for base in queue.pop(0).bases:
            known = classes.get(_last_name(base))
            if known is not None and known not in found:
                found.append(known)
                queue.append(known)
    return found


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_marked(node: Function) -> bool:
    decorators = [item.func if isinstance(item, ast.Call) else item for item in node.decorator_list]
    return any(_last_name(item) == "tool" for item in decorators)


def _shape(node: Function) -> str:
    if _is_marked(node):
        return "langchain"
    if _yields(node):
        return "generator"
    return "async" if isinstance(node, ast.AsyncFunctionDef) else "sync"


def _yields(node: Function) -> bool:
    queue: list[ast.AST] = list(node.body)
    while queue:
        at = queue.pop()
        if isinstance(at, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            queue.extend(ast.iter_child_nodes(at))
    return False


def _description(entry: Entry) -> str:
    if entry.owner is not None:
        reported = _class_value(entry.owner, "description")
        if isinstance(reported, ast.Constant) and isinstance(reported.value, str):
            return reported.value
        if text := ast.get_docstring(entry.owner):
            return summary(text)
    return summary(ast.get_docstring(entry.function) or "")


def _own_schema(entry: Entry, schemas: Annotations) -> dict[str, Any] | None:
    """Return the schema of the class that `args_schema` names, on the class or in the decorator."""
    named = _class_value(entry.owner, "args_schema") if entry.owner else None
    for decorator in entry.function.decorator_list:
        if isinstance(decorator, ast.Call):
            named = next((item.value for item in decorator.keywords if item.arg == "args_schema"), named)
    if named is None or (isinstance(named, ast.Constant) and named.value is None):
        return None
    return schemas.of_class(_last_name(named), named)


def _class_value(node: ast.ClassDef, name: str) -> ast.expr | None:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.target.id == name:
            return item.value
        if isinstance(item, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in item.targets):
            return item.value
    return None


def _signature(entry: Entry, schemas: Annotations) -> dict[str, Any]:
    arguments = entry.function.args
    placed = arguments.posonlyargs + arguments.args
    defaults: list[ast.expr | None] = [None] * (len(placed) - len(arguments.defaults)) + list(arguments.defaults)
    pairs = list(zip(placed, defaults, strict=True)) + list(
        zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    )
    if entry.owner is not None:
        pairs = pairs[1:]
    texts = parameter_texts(ast.get_docstring(entry.function) or "")
    if entry.owner is not None:
        texts = parameter_texts(ast.get_docstring(entry.owner) or "") | texts
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter, default in pairs:
        if parameter.arg in ("run_manager", "config") and entry.shape in ("class", "langchain"):
            continue
        schema, optional = defaulted(schemas.of(parameter.annotation), default)
        if parameter.arg in texts:
            schema.setdefault("description", texts[parameter.arg])
        properties[parameter.arg] = schema
        if not optional:
            required.append(parameter.arg)
    result: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": bool(arguments.kwarg)}
    if required:
        result["required"] = required
    return schemas.with_definitions(result)

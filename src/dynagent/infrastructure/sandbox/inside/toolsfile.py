"""The tools of a whole file (an agent's `tools.py`), each cut out with what it needs; nothing of it is executed.

A tool is a function under LangChain's `@tool`, a class that derives from its `BaseTool`, or a function that
`StructuredTool.from_function(…)` or `Tool(…)` makes one of. Plain async functions are found too, and told apart.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAXIMUM, MOST, LONGEST = 64_000, 50, 2_100
"""Characters of the file, tools in it, characters that are told of one tool: more the screen refuses anyway."""
_BASES = frozenset({"BaseTool", "Tool", "StructuredTool"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Found:
    """A tool: its name, how it is made one, the statement to cut out, where it stands, its description if any."""

    name: str
    kind: str
    root: ast.stmt
    line: int
    description: str
    compatible: bool


def read_tools(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return ({tools, findings}, nothing) for {code}."""
    code = str(request["code"]).removeprefix("\ufeff").replace("\r\n", "\n")
    if len(code) > MAXIMUM:
        return _refused("size", 1, f"the file has {len(code)} characters, {MAXIMUM} are allowed")
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        return _refused("syntax", max(error.lineno or 1, 1), f"the file cannot be parsed: {error.msg}")
    except (ValueError, RecursionError, MemoryError):
        return _refused("syntax", 1, "the file is nested too deeply to be read")
    module = Module(tree, code)
    found = sorted(module.tools(), key=lambda tool: tool.line)
    if len(found) > MOST:
        return _refused("count", found[MOST].line, f"the file has {len(found)} tools, {MOST} are allowed")
    return {"kind": "tools", "findings": [], "tools": [module.reported(tool) for tool in found]}, b""


class Module:
    """A file's syntax tree: who binds which name, what comes from LangChain, which tools there are."""

    def __init__(self, tree: ast.Module, code: str) -> None:
        self._body = tree.body
        self._lines = code.split("\n")
        self._binding = {name: node for node in tree.body for name in _bound(node)}
        self._langchain = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0].startswith("langchain")
            for alias in node.names
        }

    def tools(self) -> Iterator[Found]:
        """Return every tool of the file, and the plain functions that nobody else uses."""
        made = {node.name: (node, kind, name, text) for node, kind, name, text in self._constructed()}
        used = {name for node in self._body for name in _used(node) - _bound(node)}
        for node in self._body:
            if isinstance(node, ast.ClassDef) and (base := self._tool_base(node)):
                name = _constant(_attribute(node, "name")) or node.name.lower().replace("tool", "") or node.name
                text = _constant(_attribute(node, "description")) or ast.get_docstring(node) or ""
                yield Found(name, "class", node, node.lineno, text, base in self._langchain)
            elif isinstance(node, Function):
                text = ast.get_docstring(node) or ""
                mark = next((item for item in node.decorator_list if _name_of(item) == "tool"), None)
                if mark is not None:
                    yield Found(
                        _tool_name(mark) or node.name, "decorated", node, _first(node), text, "tool" in self._langchain
                    )
                elif node.name in made:
                    _, kind, name, reported = made[node.name]
                    yield Found(name or node.name, kind, node, _first(node), reported or text, kind in self._langchain)
                elif isinstance(node, ast.AsyncFunctionDef) and node.name not in used and node.name[0] != "_":
                    yield Found(node.name, "function", node, _first(node), text, compatible=False)

    def reported(self, found: Found) -> dict[str, Any]:
        """Return a tool as JSON, with its own source."""
        return {
            "name": found.name,
            "kind": found.kind,
            "line": found.line,
            "description": " ".join(found.description.split("\n\n")[0].split()),
            "langchain_compatible": found.compatible,
            "code": self._cut_out(found.root)[:LONGEST],
        }

    def _cut_out(self, root: ast.stmt) -> str:
        """Return the source of a statement after that of everything it needs, in the file's order."""
        needed, waiting = {root}, [root]
        names: set[str] = set()
        while waiting:
            fresh = _used(waiting.pop()) - names
            names |= fresh
            for name in fresh:
                node = self._binding.get(name)
                if node is not None and node not in needed:
                    needed.add(node)
                    waiting.append(node)
        return "\n".join(self._source(node, names) for node in self._body if node in needed)

    def _source(self, node: ast.stmt, names: set[str]) -> str:
        if isinstance(node, ast.Import | ast.ImportFrom):
            retained = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) in names]
            part = (
                ast.Import(retained)
                if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, retained, node.level)
            )
            return ast.unparse(part)
        return "\n".join(self._lines[_first(node) - 1 : node.end_lineno])

    def _constructed(self) -> Iterator[tuple[Function, str, str, str]]:
        """Return (function, class, name, description) of `x = StructuredTool.from_function(…)` and `x = Tool(…)`."""
        for node in self._body:
            call = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if not isinstance(call, ast.Call):
                continue
            target = call.func
            if isinstance(target, ast.Attribute) and target.attr == "from_function":
                target = target.value
            given = {item.arg: item.value for item in call.keywords if item.arg}
            work = given.get("coroutine") or given.get("func") or (call.args[0] if call.args else None)
            function = self._binding.get(work.id) if isinstance(work, ast.Name) else None
            if _name_of(target) in _BASES and isinstance(function, Function):
                text = _constant(given.get("description"))
                yield function, _name_of(target), _constant(given.get("name")), text

    def _tool_base(self, node: ast.ClassDef) -> str:
        """Return the base that makes a class a tool, over bases in the same file; empty when there is none."""
        seen, waiting = {node}, [node]
        while waiting:
            for base in waiting.pop().bases:
                name = _name_of(base)
                above = self._binding.get(name)
                if name in _BASES and not isinstance(above, ast.ClassDef):
                    return name
                if isinstance(above, ast.ClassDef) and above not in seen:
                    seen.add(above)
                    waiting.append(above)
        return ""


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that a statement of a module gives a meaning."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, Function | ast.ClassDef):
        return {node.name}
    return {
        name
        for inner in ast.walk(node)
        for name in (
            _bound(inner)
            if inner is not node and isinstance(inner, ast.Import | ast.ImportFrom | Function | ast.ClassDef)
            else {inner.id}
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
            else ()
        )
    }


def _used(node: ast.stmt) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}


def _first(node: ast.stmt) -> int:
    marks = node.decorator_list if isinstance(node, Function | ast.ClassDef) else []
    return min([node.lineno, *(mark.lineno for mark in marks)])


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _tool_name(mark: ast.expr) -> str:
    """Return the name that `@tool("name")` gives, empty for a bare mark."""
    return _constant(mark.args[0]) if isinstance(mark, ast.Call) and mark.args else ""


def _attribute(node: ast.ClassDef, name: str) -> ast.expr | None:
    for item in node.body:
        if isinstance(item, ast.Assign | ast.AnnAssign):
            targets = item.targets if isinstance(item, ast.Assign) else [item.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                return item.value
    return None


def _constant(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _refused(rule: str, line: int, message: str) -> tuple[dict[str, Any], bytes]:
    finding = {"rule": rule, "line": line, "column": 0, "message": message}
    return {"kind": "tools", "findings": [finding], "tools": []}, b""

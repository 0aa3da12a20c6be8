"""The rules of the screen, applied to every node of a syntax tree (iteratively: nesting cannot exhaust the walk)."""

import ast
import re
from collections.abc import Callable, Iterator
from types import (
    BuiltinFunctionType,
    CodeType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
    TracebackType,
)
from typing import Any

from dynagent.infrastructure.sandbox.inside import imports

Found = tuple[str, int, int, str]
"""(rule, line, column, message)."""

_BANNED_NAMES = "eval exec compile open __import__ input breakpoint globals locals vars"
_HARMLESS_NAMES = """
init post_init name doc len iter next aiter anext enter exit aenter aexit str repr format bool int float index hash
eq ne lt le gt ge contains getitem setitem delitem missing call add radd iadd sub rsub isub mul rmul imul truediv
rtruediv floordiv mod rmod pow neg pos abs invert and or xor lshift rshift matmul round trunc floor ceil divmod
await reversed version slots match_args all author main qualname
new del getattr setattr delattr get set delete set_name init_subclass class_getitem copy deepcopy complex bytes
length_hint sizeof fspath instancecheck subclasscheck notes cause context suppress_context
"""
_FRAME_ATTRIBUTES = """
gi_frame gi_code gi_yieldfrom gi_running cr_frame cr_code cr_await cr_origin cr_running ag_frame ag_code ag_await
tb_frame tb_next tb_lasti tb_lineno f_back f_builtins f_code f_globals f_locals f_trace f_lasti co_code co_consts
co_names co_varnames co_filename func_globals func_code mro
"""
_BANNED = frozenset(_BANNED_NAMES.split())
_REFLECTIVE = frozenset(("getattr", "setattr", "delattr", "hasattr"))
_GETTERS = frozenset(("attrgetter", "methodcaller"))
_OF_A_CLASS = frozenset(("__name__", "__qualname__", "__doc__"))
_HARMLESS = frozenset(f"__{name}__" for name in _HARMLESS_NAMES.split())
_FRAME_NAMES = frozenset(_FRAME_ATTRIBUTES.split())
_KINDS = (
    *(object, type, property, str, dict, BaseException),
    *(FunctionType, MethodType, BuiltinFunctionType, ModuleType),
    *(GeneratorType, CoroutineType, CodeType, FrameType, TracebackType),
)
_MORE_DUNDERS = """
__builtins__ __import__ __loader__ __spec__ __path__ __wrapped__ __bases__ __mro__ __build_class__
"""
_REAL_DUNDERS = frozenset(name for kind in _KINDS for name in dir(kind) if name.startswith("__")).union(
    _MORE_DUNDERS.split()
)
_DUNDER = re.compile(r"__[a-zA-Z0-9]\w*?__")
_MODULE_LEVEL = (
    *(ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.AugAssign),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass),
)


class Walk:
    """Goes over a tree and yields what it objects to; `imports` holds the modules seen."""

    def __init__(self, *, network: bool, libraries: frozenset[str], networked: frozenset[str]) -> None:
        self._network, self._libraries, self._networked = network, libraries, networked
        self.imports: set[str] = set()
        self._modules: set[str] = set()
        self._direct: set[ast.AST] = set()
        self._getters: set[str] = set()
        self._partial: dict[str, str] = {}
        self._docstrings: set[ast.AST] = set()
        self._local: set[ast.AST] = set()
        self._rules: dict[type[ast.AST], Callable[[Any], Iterator[Found]]] = {
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.Constant: self._constant,
            ast.ClassDef: self._class,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.keyword: self._keyword,
            ast.arg: self._argument,
            ast.MatchClass: self._match,
            ast.Global: self._global,
        }

    def over(self, tree: ast.Module) -> Iterator[Found]:
        """Yield the objections; nodes come outside in, so that names of modules are known before their use."""
        for statement in tree.body:
            if not _may_stand_outside(statement):
                yield _at(statement, "module_level", "outside of functions only imports, assignments and definitions")
        nodes = list(ast.walk(tree))
        for node in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._note_imports(node)
            elif isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                first = node.body[0] if node.body else None
                if first is not None and _is_text(first):
                    self._docstrings.add(first.value)  # type: ignore[attr-defined]
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                self._local.update(_own_names(node))
        for node in nodes:
            if rule := self._rules.get(type(node)):
                yield from rule(node)

    def _note_imports(self, node: ast.Import | ast.ImportFrom) -> None:
        for name in node.names:
            bound = (name.asname or name.name).partition(".")[0]
            self._modules.add(bound)
            if isinstance(node, ast.Import) and name.name in imports.PARTIAL:
                self._partial[bound] = name.name
            if isinstance(node, ast.ImportFrom) and node.module == "operator" and name.name in _GETTERS:
                self._getters.add(bound)

    def _import(self, node: ast.Import) -> Iterator[Found]:
        for name in node.names:
            yield from self._module(node, name.name)

    def _import_from(self, node: ast.ImportFrom) -> Iterator[Found]:
        if node.level:
            yield _at(node, "import_relative", "relative imports have no package to start from")
            return
        yield from self._module(node, node.module or "")
        for name in node.names:
            if name.name == "*":
                yield _at(node, "import_star", "import names one by one")
            elif name.name.startswith("_"):
                yield _at(node, "private_name", f"'{name.name}' is private to its module")
            elif name.name in imports.BLOCKED:
                yield _at(node, "import_blocked", f"import of '{name.name}' is not allowed")
            elif objection := imports.objection_to_name(node.module or "", name.name):
                yield _at(node, *objection)

    def _module(self, node: ast.AST, module: str) -> Iterator[Found]:
        self.imports.add(module)
        objection = imports.objection(
            module, network=self._network, libraries=self._libraries, networked=self._networked
        )
        if objection:
            yield _at(node, *objection)

    def _name(self, node: ast.Name) -> Iterator[Found]:
        if node.id in _BANNED and node not in self._local:
            yield _at(node, "banned_name", f"'{node.id}' is not available to tools")
        elif _is_dunder(node.id) and node.id not in _HARMLESS:
            yield _at(node, "dunder", f"'{node.id}' reaches into the interpreter")
        elif node.id in _REFLECTIVE and node not in self._direct:
            yield _at(node, "computed_attribute", f"'{node.id}' may only be called, with the attribute's name as text")

    def _attribute(self, node: ast.Attribute) -> Iterator[Found]:
        if node.attr in _OF_A_CLASS and isinstance(node.value, ast.Attribute) and node.value.attr == "__class__":
            self._direct.add(node.value)  # the name of a class is not a way to anywhere
        if _is_dunder(node.attr) and node.attr not in _HARMLESS and node not in self._direct:
            yield _at(node, "dunder", f"attribute '{node.attr}' reaches into the interpreter")
        elif node.attr in _FRAME_NAMES:
            yield _at(node, "frame_attribute", f"attribute '{node.attr}' belongs to frames and code objects")
        root = _root(node)
        if root in self._modules:
            if node.attr.startswith("_") and not _is_dunder(node.attr):
                yield _at(node, "private_name", f"'{node.attr}' is private to its module")
            elif node.attr in imports.BLOCKED or node.attr in ("builtins", "importlib", "ctypes"):
                yield _at(node, "import_blocked", f"'{node.attr}' is not allowed, by any way")
            elif isinstance(node.value, ast.Name) and (module := self._partial.get(root)):
                yield from (
                    _at(node, *reported) for reported in [imports.objection_to_name(module, node.attr)] if reported
                )

    def _call(self, node: ast.Call) -> Iterator[Found]:
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called in self._getters or (called in _GETTERS and isinstance(node.func, ast.Attribute)):
            yield from self._getter(node, called)
        if not isinstance(node.func, ast.Name) or node.func.id not in _REFLECTIVE:
            return
        self._direct.add(node.func)
        name = node.args[1] if len(node.args) > 1 else None
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or name.value.startswith("_"):
            message = f"'{node.func.id}' needs the attribute's name as text, without a leading underscore"
            yield _at(node, "computed_attribute", message)
        elif name.value in _FRAME_NAMES:
            yield _at(node, "frame_attribute", f"attribute '{name.value}' belongs to frames and code objects")

    def _getter(self, node: ast.Call, called: str) -> Iterator[Found]:
        for name in node.args:
            path = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else "_"
            if any(part.startswith("_") or part in _FRAME_NAMES for part in path.split(".")):
                message = f"'{called}' needs the attribute's name as text, without a leading underscore"
                yield _at(node, "computed_attribute", message)
                return
            if called == "methodcaller":
                return

    def _constant(self, node: ast.Constant) -> Iterator[Found]:
        if not isinstance(node.value, (str, bytes)) or node in self._docstrings:
            return
        text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        for match in _DUNDER.findall(text):
            if match in _REAL_DUNDERS and match not in _HARMLESS:
                yield _at(node, "dunder_text", f"the text holds '{match}': formatting could walk to it")

    def _class(self, node: ast.ClassDef) -> Iterator[Found]:
        for keyword in node.keywords:
            if keyword.arg == "metaclass" or keyword.arg is None:
                yield _at(node, "metaclass", "metaclasses are not available to tools")
        if _is_dunder(node.name):
            yield _at(node, "dunder", f"'{node.name}' is reserved")

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Found]:
        if _is_dunder(node.name) and node.name not in _HARMLESS:
            yield _at(node, "dunder", f"method '{node.name}' hooks into the interpreter")

    def _keyword(self, node: ast.keyword) -> Iterator[Found]:
        if node.arg and _is_dunder(node.arg) and node.arg not in _HARMLESS:
            yield _at(node.value, "dunder", f"'{node.arg}' reaches into the interpreter")

    def _argument(self, node: ast.arg) -> Iterator[Found]:
        if _is_dunder(node.arg):
            yield _at(node, "dunder", f"'{node.arg}' is reserved")

    def _match(self, node: ast.MatchClass) -> Iterator[Found]:
        for name in node.kwd_attrs:
            if _is_dunder(name) or name in _FRAME_NAMES:
                yield _at(node, "dunder", f"pattern attribute '{name}' reaches into the interpreter")

    def _global(self, node: ast.Global) -> Iterator[Found]:
        for name in node.names:
            if _is_dunder(name):
                yield _at(node, "dunder", f"'{name}' is reserved")


def _at(node: ast.AST, rule: str, message: str) -> Found:
    return rule, getattr(node, "lineno", 1), getattr(node, "col_offset", 0), message


def _may_stand_outside(statement: ast.stmt) -> bool:
    """Say whether a statement may stand at module level: beside the usual, the three guards that tools come with."""
    if isinstance(statement, _MODULE_LEVEL) or _is_text(statement):
        return True
    if isinstance(statement, ast.If):
        test = ast.unparse(statement.test)
        if test in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            return all(isinstance(inner, _MODULE_LEVEL) for inner in (*statement.body, *statement.orelse))
        return test == "__name__ == '__main__'" and not statement.orelse  # never true here
    if isinstance(statement, ast.Try):
        handled = [inner for handler in statement.handlers for inner in handler.body]
        return all(
            isinstance(inner, (ast.Import, ast.ImportFrom, ast.Assign, ast.Pass))
            for inner in (*statement.body, *handled, *statement.orelse, *statement.finalbody)
        )
    return False


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and len(name) > 4


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _own_names(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[ast.AST]:
    """Yield the uses of banned names in a body where the function has a parameter or variable of that name."""
    body = function.body if isinstance(function.body, list) else [function.body]
    nodes = [node for statement in body for node in ast.walk(statement)]
    arguments = function.args
    bound = {item.arg for item in arguments.posonlyargs + arguments.args + arguments.kwonlyargs}
    bound |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound -= {name for node in nodes if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in bound & _BANNED:
            yield node


def _root(node: ast.Attribute) -> str:
    at: ast.AST = node
    while isinstance(at, ast.Attribute):
        at = at.value
    return at.id if isinstance(at, ast.Name) else ""

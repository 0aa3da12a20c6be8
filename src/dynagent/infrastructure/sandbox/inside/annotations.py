"""From annotations, as written, to JSON Schema: plain types, containers, unions, literals, classes of the source."""

import ast
import math
from typing import Any

_PLAIN: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "complex": {"type": "string"},
    "bool": {"type": "boolean"},
    "None": {"type": "null"},
    "NoneType": {"type": "null"},
    "Any": {},
    "object": {},
    "list": {"type": "array"},
    "List": {"type": "array"},
    "Sequence": {"type": "array"},
    "Iterable": {"type": "array"},
    "tuple": {"type": "array"},
    "Tuple": {"type": "array"},
    "set": {"type": "array", "uniqueItems": True},
    "Set": {"type": "array", "uniqueItems": True},
    "frozenset": {"type": "array", "uniqueItems": True},
    "dict": {"type": "object"},
    "Dict": {"type": "object"},
    "Mapping": {"type": "object"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "time": {"type": "string"},
    "Decimal": {"anyOf": [{"type": "number"}, {"type": "string"}]},
    "UUID": {"type": "string", "format": "uuid"},
    "bytes": {"type": "string"},
}
_CONSTRAINTS = {
    "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum", "multiple_of": "multipleOf",
    "pattern": "pattern", "description": "description", "title": "title", "examples": "examples",
}  # fmt: skip
_MODELS = ("BaseModel", "TypedDict", "NamedTuple")
_DEPTH = 40


class Unreadable(Exception):
    """The source parses but cannot be a tool; `rule`, `line`, `column` say why and where."""

    def __init__(self, rule: str, node: ast.AST, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.line = getattr(node, "lineno", 1)
        self.column = getattr(node, "col_offset", 0)


class Annotations:
    """Reads the annotations of one source; classes that are used land in `$defs`."""

    def __init__(self, tree: ast.Module, classes: dict[str, ast.ClassDef]) -> None:
        self._classes = classes
        self._aliases = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self._definitions: dict[str, Any] = {}

    def of(self, node: ast.expr | None, depth: int = 0) -> dict[str, Any]:
        """Return the schema of one annotation; none at all allows anything. Raises Unreadable."""
        if node is None:
            return {}
        if depth > _DEPTH:
            raise Unreadable("signature", node, "the annotation is nested too deeply")
        if isinstance(node, ast.Constant):
            return self._quoted(node, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._any_of([node.left, node.right], depth)
        if isinstance(node, ast.Subscript):
            return self._generic(node, depth)
        return self._named(node, depth)

    def of_class(self, name: str, node: ast.AST) -> dict[str, Any]:
        """Return the whole object schema of a class of this source. Raises Unreadable when there is none."""
        if name not in self._classes:
            raise Unreadable("signature", node, f"'{name}' is no class of this source")
        return self.with_definitions(self._fields(self._classes[name], 0))

    def with_definitions(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema with the classes it uses."""
        return schema | ({"$defs": self._definitions} if self._definitions else {})

    def _quoted(self, node: ast.Constant, depth: int) -> dict[str, Any]:
        if node.value is None:
            return {"type": "null"}
        if not isinstance(node.value, str):
            raise Unreadable("signature", node, "an annotation is a type, not a value")
        try:
            return self.of(ast.parse(node.value, mode="eval").body, depth + 1)
        except (SyntaxError, ValueError, RecursionError):
            raise Unreadable("signature", node, f"the annotation '{node.value[:60]}' cannot be read") from None

    def _named(self, node: ast.expr, depth: int) -> dict[str, Any]:
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in self._classes:
            return self._reference(name, depth)
        if name in _PLAIN:
            return dict(_PLAIN[name])
        if name in self._aliases and depth < _DEPTH:
            return self.of(self._aliases[name], depth + 1)
        return {}

    def _reference(self, name: str, depth: int) -> dict[str, Any]:
        if name not in self._definitions:
            self._definitions[name] = {}
            self._definitions[name] = self._fields(self._classes[name], depth)
        return {"$ref": f"#/$defs/{name}"}

    def _fields(self, node: ast.ClassDef, depth: int) -> dict[str, Any]:
        """Return an object (model, dataclass, typed dict) or, for an enum, its values."""
        bases = [getattr(base, "attr", getattr(base, "id", "")) for base in node.bases]
        if any(base in ("Enum", "StrEnum", "IntEnum") for base in bases):
            values = [
                item.value.value
                for item in node.body
                if isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant)
            ]
            return {"enum": values, "title": node.name}
        partial = any(item.arg == "total" and _is_false(item.value) for item in node.keywords)
        properties: dict[str, Any] = {}
        required: list[str] = []
        for base in bases:
            if base in self._classes and depth < _DEPTH:
                inherited = self._fields(self._classes[base], depth + 1)
                properties |= inherited.get("properties", {})
                required += inherited.get("required", [])
        for item in node.body:
            if not isinstance(item, ast.AnnAssign) or not isinstance(item.target, ast.Name) or _is_class_variable(item):
                continue
            schema, optional = defaulted(self.of(item.annotation, depth + 1), item.value)
            name = _alias(item.value) or item.target.id
            properties[name] = schema
            if not optional and not _may_be_missing(item.annotation, of_all=partial):
                required.append(name)
        result: dict[str, Any] = {"type": "object", "title": node.name, "properties": properties}
        if required:
            result["required"] = list(dict.fromkeys(required))
        return result

    def _generic(self, node: ast.Subscript, depth: int) -> dict[str, Any]:
        name = getattr(node.value, "attr", getattr(node.value, "id", ""))
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name == "Optional":
            return self._any_of([inner[0], ast.Constant(None)], depth)
        if name == "Union":
            return self._any_of(inner, depth)
        if name == "Literal":
            return _literal(inner)
        if name == "Annotated":
            return _constrained(self.of(inner[0], depth + 1), inner[1:])
        if name in ("Final", "Required", "NotRequired", "ClassVar", "Awaitable"):
            return self.of(inner[0], depth + 1)
        schema = dict(_PLAIN.get(name, {}))
        if schema.get("type") == "array" and name not in ("tuple", "Tuple"):
            schema["items"] = self.of(inner[0], depth + 1)
        elif schema.get("type") == "array":
            schema |= self._tuple(inner, depth)
        elif schema.get("type") == "object" and len(inner) == 2:
            schema["additionalProperties"] = self.of(inner[1], depth + 1) or True
        return schema

    def _tuple(self, inner: list[ast.expr], depth: int) -> dict[str, Any]:
        if isinstance(inner[-1], ast.Constant) and inner[-1].value is Ellipsis:
            return {"items": self.of(inner[0], depth + 1)}
        items = [self.of(item, depth + 1) for item in inner]
        return {"prefixItems": items, "minItems": len(items), "maxItems": len(items)}

    def _any_of(self, nodes: list[ast.expr], depth: int) -> dict[str, Any]:
        choices: list[dict[str, Any]] = []
        for node in nodes:
            schema = self.of(node, depth + 1)
            for choice in schema["anyOf"] if set(schema) == {"anyOf"} else [schema]:
                if choice not in choices:
                    choices.append(choice)
        return choices[0] if len(choices) == 1 else {"anyOf": choices}


def defaulted(schema: dict[str, Any], default: ast.expr | None) -> tuple[dict[str, Any], bool]:
    """Return the schema with a literal default, and whether the value may be left out."""
    if default is None:
        return schema, False
    if isinstance(default, ast.Call) and getattr(default.func, "id", getattr(default.func, "attr", "")) in (
        "Field",
        "field",
    ):
        return _field(schema, default)
    try:
        value = ast.literal_eval(default)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return schema, True
    if value is Ellipsis:
        return schema, False
    if isinstance(value, tuple):
        value = list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return (schema | {"default": value} if _is_json(value) else schema), True


def _field(schema: dict[str, Any], call: ast.Call) -> tuple[dict[str, Any], bool]:
    schema = _constrained(schema, [call])
    named = {item.arg: item.value for item in call.keywords}
    default = call.args[0] if call.args else named.get("default")
    if default is not None:
        return defaulted(schema, default)
    return schema, "default_factory" in named


def _constrained(schema: dict[str, Any], notes: list[ast.expr]) -> dict[str, Any]:
    """Return the schema with the constants of `Field(...)` calls; a bare text describes."""
    result = dict(schema)
    for note in notes:
        if isinstance(note, ast.Constant) and isinstance(note.value, str):
            result["description"] = note.value
        for item in note.keywords if isinstance(note, ast.Call) else []:
            if item.arg in ("min_length", "max_length"):
                kind = "Items" if schema.get("type") == "array" else "Length"
                key: str | None = item.arg.removesuffix("_length") + kind
            else:
                key = _CONSTRAINTS.get(item.arg or "")
            if key:
                try:
                    value = ast.literal_eval(item.value)
                except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                    continue
                if _is_json(value):
                    result[key] = value
    return result


def _literal(nodes: list[ast.expr]) -> dict[str, Any]:
    values: list[Any] = []
    for node in nodes:
        try:
            values.append(ast.literal_eval(node))
        except (ValueError, TypeError, SyntaxError):
            raise Unreadable("signature", node, "a Literal holds only plain values") from None
    schema: dict[str, Any] = {"enum": values}
    if all(isinstance(value, str) for value in values):
        schema["type"] = "string"
    return schema


def _alias(default: ast.expr | None) -> str | None:
    """Return the name under which pydantic takes a field, where it is not the field's own."""
    named = {item.arg: item.value for item in default.keywords} if isinstance(default, ast.Call) else {}
    for key in ("validation_alias", "alias"):
        reported = named.get(key)
        if isinstance(reported, ast.Constant) and isinstance(reported.value, str):
            return reported.value
    return None


def _may_be_missing(annotation: ast.expr, *, of_all: bool) -> bool:
    """Say whether a key of a TypedDict may be left out."""
    marked = annotation.value if isinstance(annotation, ast.Subscript) else None
    name = getattr(marked, "attr", getattr(marked, "id", ""))
    return name == "NotRequired" or (of_all and name != "Required")


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _is_class_variable(item: ast.AnnAssign) -> bool:
    text = ast.unparse(item.annotation)
    return text.startswith(("ClassVar", "typing.ClassVar")) or text == "ConfigDict"


def _is_json(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_json(item) for item in value)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (str, int, bool))

"""Arguments for a tool, made from its JSON Schema, the words of a clause and the results before it."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from dynagent.core.language_models import ToolSpec
from dynagent.infrastructure.llm.demo.arithmetic import find_value
from dynagent.infrastructure.llm.demo.choosing import properties
from dynagent.infrastructure.llm.demo.texts import free_text, refer
from dynagent.infrastructure.llm.demo.words import DATE, EMAIL, NUMBER, REFERENCE, URL, quoted

_MISSING = object()


@dataclass(slots=True)
class _Material:
    """What a clause offers; numbers and quotations are used up as parameters take them."""

    clause: str
    tool: ToolSpec
    previous: str | None
    numbers: list[str] = field(default_factory=list[str])
    quotes: list[str] = field(default_factory=list[str])
    text_taken: bool = False


def fill_arguments(tool: ToolSpec, clause: str, previous: str | None) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments, and the names of required parameters for which the clause has nothing."""
    said = refer(clause, previous) if previous is not None and len(previous) <= 500 else clause
    material = _Material(said, tool, previous, NUMBER.findall(said), quoted(said))
    required: list[str] = tool.parameters.get("required") or []
    arguments: dict[str, Any] = {}
    missing: list[str] = []
    listed = properties(tool)
    for name in sorted(listed, key=lambda name: name not in required):
        value = _value(name, _resolve(listed[name], tool.parameters), material, required=name in required)
        if value is not _MISSING:
            arguments[name] = value
        elif name in required:
            missing.append(name)
    return {name: arguments[name] for name in listed if name in arguments}, missing


def _resolve(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Follow `$ref` and take the first alternative that is not null."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        definitions: dict[str, Any] = root.get("$defs") or root.get("definitions") or {}
        schema = {**definitions.get(reference.rpartition("/")[2], {}), **schema}
    for union in ("anyOf", "oneOf", "allOf"):
        for choice in schema.get(union) or ():
            if choice.get("type") != "null":
                return {**_resolve(choice, root), **{k: v for k, v in schema.items() if k not in (union, "$ref")}}
    return schema


def _value(name: str, schema: dict[str, Any], material: _Material, *, required: bool) -> Any:
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind  # pyright: ignore[reportUnknownVariableType]
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return _enum(schema, material, required=required)
    if kind in ("integer", "number"):
        return _number(name, str(kind), material, required=required)
    if kind == "boolean":
        return _boolean(name, material, required=required)
    if kind == "array":
        return _array(schema, material, required=required)
    if kind == "object":
        return _object(material, required=required)
    return _string(name, material, required=required)


def _enum(schema: dict[str, Any], material: _Material, *, required: bool) -> Any:
    for value in schema["enum"]:
        if re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", material.clause, re.IGNORECASE):
            return value
    return schema.get("default", schema["enum"][0]) if required else _MISSING


def _number(name: str, kind: str, material: _Material, *, required: bool) -> Any:
    words = r"[\s_]*".join(map(re.escape, name.split("_")))
    named = re.search(rf"\b{words}\b\s*(?:=|:|of|to|is|be)?\s*(-?\d+(?:\.\d+)?)", material.clause, re.IGNORECASE)
    taken = named[1] if named else None
    if taken is None and required:
        fitting = [text for text in material.numbers if kind == "number" or "." not in text]
        taken = fitting[0] if fitting else None
    if taken is None:
        return _MISSING
    if taken in material.numbers:
        material.numbers.remove(taken)
    return float(taken) if "." in taken else int(taken)


def _boolean(name: str, material: _Material, *, required: bool) -> Any:
    words = r"[\s_]*".join(map(re.escape, name.split("_")))
    if re.search(rf"\b(?:not|no|without|{words}\s*[=:]\s*false)\b.{{0,20}}{words}?", material.clause, re.IGNORECASE):
        return False if required or re.search(words, material.clause, re.IGNORECASE) else _MISSING
    if re.search(rf"\b{words}\b", material.clause, re.IGNORECASE):
        return True
    return False if required else _MISSING


def _array(schema: dict[str, Any], material: _Material, *, required: bool) -> Any:
    items: dict[str, Any] = schema.get("items") or {}
    listed = re.search(r"\[[^\[\]]*\]", material.clause)
    if listed:
        try:
            return json.loads(listed[0])
        except ValueError:
            pass
    if items.get("type") in ("integer", "number"):
        numbers, material.numbers = material.numbers, []
        values = [float(text) if "." in text else int(text) for text in numbers]
        return values if values or required else _MISSING
    if material.quotes:
        quotes, material.quotes = material.quotes, []
        return quotes
    if not required:
        return _MISSING
    text = free_text("items", material.clause, material.tool)
    return [part.strip() for part in re.split(r",\s*(?:and\s+)?|\s+and\s+", text) if part.strip()] or _MISSING


def _object(material: _Material, *, required: bool) -> Any:
    start, end = material.clause.find("{"), material.clause.rfind("}")
    if 0 <= start < end:
        try:
            return json.loads(material.clause[start : end + 1])
        except ValueError:
            pass
    return {} if required else _MISSING


def _string(name: str, material: _Material, *, required: bool) -> Any:
    for words, pattern in (("url uri link address", URL), ("email mail to recipient", EMAIL), ("date day", DATE)):
        if any(word in name.lower().split("_") for word in words.split()):
            found = pattern.search(material.clause)
            if found:
                return found[0]
    if any(word in name.lower() for word in ("expression", "formula", "equation")):
        value = find_value(material.clause)
        if value is not None or not re.search(r"\d", material.clause):
            return _MISSING if value is None else value
    named = re.search(rf"\b{re.escape(name)}\s*[=:]\s*(\S+)", material.clause)
    if not required:
        return quoted(named[1])[0] if named and quoted(named[1]) else named[1] if named else _MISSING
    if material.quotes and not _asks(name):
        return material.quotes.pop(0)
    if material.text_taken:
        return _MISSING
    material.text_taken = True
    bare = REFERENCE.fullmatch(free_text(name, material.clause, material.tool, whole=_asks(name)).rstrip(".?!"))
    if bare or (material.previous is not None and len(material.previous) > 500 and REFERENCE.search(material.clause)):
        return material.previous if material.previous is not None else _MISSING
    return free_text(name, material.clause, material.tool, whole=_asks(name)) or _MISSING


def _asks(name: str) -> bool:
    return name.lower() in ("question", "prompt", "message", "query", "instruction", "instructions", "request")

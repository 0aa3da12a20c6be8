"""The static screen: it explains, politely and with lines, what a source may not contain. It is never the boundary.

Everything here reads the syntax tree; nothing is imported, evaluated or called. It runs in a throw-away child.
"""

import ast
import marshal
import re
from dataclasses import dataclass
from typing import Any

from dynagent.infrastructure.sandbox.inside.reflection import Unreadable, reflect
from dynagent.infrastructure.sandbox.inside.walk import Walk

MINIMUM, MAXIMUM = 10, 2000
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection: rule, 1-based line, 0-based column, what is wrong and what to do."""

    rule: str
    line: int
    column: int
    message: str


def screen(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return (verdict, program) for {name, code, network, libraries, networked}; the program is marshalled code.

    The verdict holds `findings`, and `reflection` when there are none.
    """
    # Characters come as numbers: text of users may hold half surrogates, which no JSON in UTF-8 carries.
    code, name = "".join(map(chr, request["code"])).removeprefix("\ufeff"), str(request["name"])
    findings = _text(code) + _name(name)
    tree: ast.Module | None = None
    if not findings:
        tree, findings = _parse(code)
    if tree is not None:
        walk = Walk(
            network=bool(request["network"]),
            libraries=frozenset(request["libraries"]),
            networked=frozenset(request["networked"]),
        )
        findings += [Finding(*found) for found in walk.over(tree)]
        if not findings:
            return _accepted(tree, code, name, walk)
    ordered = sorted(findings, key=lambda finding: (finding.line, finding.column))[:50]
    return {"kind": "screened", "findings": [_plain(finding) for finding in ordered]}, b""


def _accepted(tree: ast.Module, code: str, name: str, walk: Walk) -> tuple[dict[str, Any], bytes]:
    try:
        reflection = reflect(tree, name)
        program = marshal.dumps(compile(code, "<tool>", "exec", dont_inherit=True))
    except Unreadable as error:
        finding = Finding(error.rule, error.line, error.column, str(error))
        return {"kind": "screened", "findings": [_plain(finding)]}, b""
    except (SyntaxError, ValueError, RecursionError) as error:
        return {"kind": "screened", "findings": [_plain(_syntax(error))]}, b""
    reflection["imports"] = sorted(walk.imports)
    return {"kind": "screened", "findings": [], "reflection": reflection}, program


def _text(code: str) -> list[Finding]:
    found: list[Finding] = []
    if not MINIMUM <= len(code) <= MAXIMUM:
        found.append(
            Finding("size", 1, 0, f"the source has {len(code)} characters, {MINIMUM} to {MAXIMUM} are allowed")
        )
    for number, line in enumerate(code[: 2 * MAXIMUM].split("\n"), 1):
        if "\x00" in line:
            found.append(Finding("null_byte", number, line.index("\x00"), "the source holds a null character"))
        if any("\ud800" <= character <= "\udfff" for character in line):
            found.append(Finding("surrogate", number, 0, "the source holds half a surrogate pair"))
        if bidi := _BIDI.search(line):
            message = "the source holds a character that changes the writing direction"
            found.append(Finding("bidi_control", number, bidi.start(), message))
    return found


def _name(name: str) -> list[Finding]:
    if _NAME.fullmatch(name):
        return []
    return [Finding("name", 1, 0, "a tool's name is an ASCII identifier of at most 64 characters")]


def _parse(code: str) -> tuple[ast.Module | None, list[Finding]]:
    try:
        return ast.parse(code), []
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return None, [_syntax(error)]


def _syntax(error: Exception) -> Finding:
    if isinstance(error, SyntaxError):
        column = max((error.offset or 1) - 1, 0)
        return Finding("syntax", max(error.lineno or 1, 1), column, f"the source cannot be parsed: {error.msg}")
    return Finding("syntax", 1, 0, "the source is nested too deeply to be read")


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
    }

"""The corpus as data: files of cases, each with what it says of itself and the source of a tool.

    === 101 a title
    args: {"n": 3}          JSON; {} when left out
    result: 3               or: error, rejected, held, calls, calls_differ, result_is
    ---
    async def f(n: int) -> int: ...

Expectations: `result` (JSON), `result_is` (a name in `CHECKS`), `error` (codes, one of them), `rejected` (rules, one
of them), `held` (refused at registration, or the call answers "held" or a typed error), `held_or` (the same, or one of
these codes), `calls` (list of [arguments, result]), `calls_differ` (how many calls whose results must differ).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cases"

_OS = "import random\nos = [random][0]._os"
_SNIPPETS = {
    "{os}": _OS,
    "{socket}": f"{_OS}\nimport asyncio\n_s = [asyncio][0].selector_events.socket",
    "{ctypes}": f"{_OS}\nk = os.sys.modules['ctypes']\nc = k.CDLL(None, use_errno=True)",
    "{frame}": f"{_OS}\ndef send(text):\n    os.write(3, len(text).to_bytes(4, 'big') + bytes(4) + text)\n",
}
_SOURCES: dict[str, str] = {
    "deep": "async def f():\n    return " + "(" * 900 + ")" * 900,
    "dots": "async def f():\n    return x" + ".a" * 950,
    "longest": "async def f():\n    return 'padded'\n#".ljust(2000, "x"),
    "number": "async def f():\n    return " + "9" * 1900 + "**9" * 10,
}
CHECKS: dict[str, Callable[[Any], bool]] = {
    "deep": lambda value: isinstance(value, list),
    "length 260000": lambda value: value == "x" * 260_000,
    "rows 5000": lambda value: len(value) == 5000 and value[4999] == {"id": 4999, "name": "n4999"},
    "text": lambda value: isinstance(value, str) and value[0] == "a" and value[-1] == "b",
    "number": lambda value: value == 25_997,
    "call": lambda value: value == ["str", None],
}


@dataclass(frozen=True)
class Case:
    """One tool: number, title, fields as written above the line, source with the placeholders still in it."""

    number: str
    title: str
    fields: dict[str, str]
    source: str
    family: str

    @property
    def name(self) -> str:
        """The name to register it under: the one that is wished, or one of its own."""
        return self.fields.get("name", f"case_{self.number}")

    @property
    def arguments(self) -> dict[str, Any]:
        """What to call it with."""
        return json.loads(self.fields.get("args", "{}"))

    def words(self, field: str) -> list[str]:
        """A field's words, separated by commas; empty when it is not there."""
        return [word.strip() for word in self.fields.get(field, "").split(",") if word.strip()]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


def all_cases() -> list[Case]:
    """Every case of every file, by number."""
    found = [case for file in sorted(FOLDER.glob("*.txt")) for case in _cases(file)]
    return sorted(found, key=lambda case: int(case.number))


def _cases(file: Path) -> list[Case]:
    # Not universal newlines: a carriage return in a source is part of the case.
    text = file.read_bytes().decode()
    return [_case(part, file.stem) for part in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]]


def _case(text: str, family: str) -> Case:
    head, _, source = text.partition("\n---\n")
    first, *lines = head.strip("\n").split("\n")
    number, _, title = first.partition(" ")
    fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "code" in fields:
        source = json.loads(fields["code"])
    elif "code_is" in fields:
        source = _SOURCES[fields["code_is"]]
    for snippet, code in _SNIPPETS.items():
        source = source.replace(snippet, code)
    return Case(number, title, fields, source.strip("\n") if "code" not in fields else source, family)

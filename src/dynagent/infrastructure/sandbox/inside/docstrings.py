"""What a docstring says of a function and its parameters (Google, Sphinx and NumPy manners)."""

import re

_SPHINX = re.compile(r"^\s*:param\s+(?:\S+\s+)?(\w+):\s*(.+)$")
_GOOGLE = re.compile(r"^\s*(?:Args:\s*)?(\w+)\s*(?:\([^)]*\))?:\s+(.+)$")
_NUMPY = re.compile(r"^(\w+)\s*:\s*\S.*$")


def summary(docstring: str) -> str:
    """Return the first paragraph as one line."""
    return " ".join(docstring.strip().split("\n\n")[0].split())


def parameter_texts(docstring: str) -> dict[str, str]:
    """Return parameter name → description."""
    lines = docstring.splitlines()[1:]
    texts: dict[str, str] = {}
    for number, line in enumerate(lines):
        if match := _SPHINX.match(line) or _GOOGLE.match(line):
            texts[match[1]] = match[2].strip()
        if _NUMPY.match(line) and number + 1 < len(lines) and lines[number + 1].startswith("    "):
            texts[line.split(":")[0].strip()] = lines[number + 1].strip()
    return texts

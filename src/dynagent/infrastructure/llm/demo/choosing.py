"""Which of the request's own tools a clause speaks of."""

import re
from functools import lru_cache
from typing import Any

from dynagent.core.language_models import ToolSpec
from dynagent.infrastructure.llm.demo.arithmetic import find_expression
from dynagent.infrastructure.llm.demo.words import REFERENCE, URL, stems

THRESHOLD = 3
_CHATTY = frozenset({"query", "question", "prompt", "message"})


def choose_tool(clause: str, tools: tuple[ToolSpec, ...]) -> ToolSpec | None:
    """Return the tool whose name, description and parameters fit the clause best, None when none fits."""
    # What `the result` will be is not known yet; that there will be one is enough to see arithmetic.
    computes = find_expression(REFERENCE.sub("1", clause)) is not None
    said, links = stems(clause), URL.search(clause) is not None
    scored = [
        (_score(clause, said, tool, computes=computes, links=links), -place, tool) for place, tool in enumerate(tools)
    ]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] >= THRESHOLD else None


def choose_chatbot(tools: tuple[ToolSpec, ...]) -> ToolSpec | None:
    """Return the tool that takes any question, for clauses that fit no other."""
    for tool in tools:
        speaks = {"chat", "chatbot", "assistant", "languag"} & _reported(tool.name, tool.description)[2]
        if speaks and _CHATTY & properties(tool).keys():
            return tool
    return None


def properties(tool: ToolSpec) -> dict[str, dict[str, Any]]:
    """Return the schemas of a tool's parameters by name."""
    listed = tool.parameters.get("properties")
    return listed if isinstance(listed, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def name_pattern(name: str) -> str:
    """Return a regular expression for a tool's name as people write it: `reverse_string`, `reverse string tool`."""
    words = [re.escape(word) for word in name.removesuffix("_tool").split("_") if word]
    return r"[\s_-]*".join(words) + r"(?:[\s_]tool)?"


def _score(clause: str, said: set[str], tool: ToolSpec, *, computes: bool, links: bool) -> int:
    """Return how well a tool fits: 10 for its name, 3 for a stem of it, 1 for one of its description, more for form."""
    named, name_stems, description_stems = _reported(tool.name, tool.description)
    points = 10 if named.search(clause) else 0
    points += 3 * len(said & name_stems) + min(2, len(said & description_stems - name_stems))
    wanted = properties(tool)
    if computes and any("expression" in name or "formula" in name for name in wanted):
        points += 6
    return points + (4 if links and any("url" in name for name in wanted) else 0)


@lru_cache(maxsize=512)
def _reported(name: str, description: str) -> tuple[re.Pattern[str], set[str], set[str]]:
    named = re.compile(rf"(?<!\w){name_pattern(name)}(?!\w)", re.IGNORECASE)
    return named, stems(name), stems(description[:500])

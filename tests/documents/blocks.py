"""The command blocks of a Markdown document; one that cannot be run says why in a comment before it."""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?```(?P<kind>sh|bash|shell|console)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """Commands of one block; `reason` is why they are not run, if they are not. `line` counts from 1."""

    document: str
    line: int
    commands: str
    reason: str | None


def blocks_of(document: Path) -> list[Block]:
    """Return the blocks in their order; of a console session the lines that begin with a prompt."""
    text = document.read_text()
    found: list[Block] = []
    for fence in FENCE.finditer(text):
        commands = fence["text"]
        if fence["kind"] == "console":
            lines = [line[2:] for line in commands.splitlines() if line.startswith("$ ")]
            commands = "".join(f"{line}\n" for line in lines)
        line = text.count("\n", 0, fence.start("text")) + 1
        found.append(Block(document.name, line, commands, fence["reason"]))
    return found

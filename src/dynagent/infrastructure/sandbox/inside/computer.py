"""One operation of the computer tool on its own files, and text out of pages that the server has fetched."""

import html.parser
import shlex
from typing import Any

from dynagent.infrastructure.sandbox.inside.commands import COMMANDS
from dynagent.infrastructure.sandbox.inside.files import Files, Refused

_SHOWN = 10_000
_SILENT = frozenset(("script", "style", "noscript", "template", "svg"))
_BREAKS = frozenset(("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "section", "article", "table"))


def operate(operation: str, arguments: dict[str, str], files: dict[str, str], rules: dict[str, Any]) -> dict[str, Any]:
    """Return {output, files} after `run`, `list`, `read`, `write` or `page`; {refused} where it may not be done."""
    tree = Files(files, blocked=rules["blocked_paths"], read_only=rules["read_only"])
    try:
        output = _done(operation, arguments, tree, rules["allowed_commands"])
    except Refused as refusal:
        return {"refused": str(refusal)}
    return {"output": output[:_SHOWN], "files": tree.files if tree.files != files else None}


def _done(operation: str, arguments: dict[str, str], tree: Files, allowed: list[str]) -> str:
    if operation == "run":
        return _piped(arguments["command"], tree, allowed)
    if operation == "list":
        return "\n".join(tree.names_in(arguments["path"]))
    if operation == "read":
        return tree.read(arguments["path"])
    if operation == "write":
        return f"{tree.write(arguments['path'], arguments['content'])} is written"
    return _text_of(arguments["content"])


def _piped(line: str, tree: Files, allowed: list[str]) -> str:
    """Run commands joined by `|`. Raises Refused for every other sign that a shell would act on."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    words.commenters = ""
    try:
        found = list(words)
    except ValueError as error:
        raise Refused(f"the command cannot be read: {error}") from None
    commands: list[list[str]] = [[]]
    for word in found:
        if word == "|":
            commands.append([])
        elif word and set(word) <= set("();<>|&"):
            raise Refused(f"'{word}' is not possible here: only commands joined by '|'")
        else:
            commands[-1].append(word)
    output = ""
    for command in commands:
        output = _one(command, output, tree, allowed)
    return output


def _one(words: list[str], piped: str, tree: Files, allowed: list[str]) -> str:
    if not words:
        raise Refused("there is no command")
    name = words[0]
    if name not in allowed:
        raise Refused(f"the command '{name}' is not allowed; allowed are {', '.join(allowed)}")
    if name not in COMMANDS:
        raise Refused(f"the command '{name}' is not there; there are {', '.join(COMMANDS)}")
    return COMMANDS[name](tree, words[1:], piped)


class _Page(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")
        if tag == "a" and (link := dict(attrs).get("href", "") or "").startswith("http"):
            self.parts.append(f" <{link}> ")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def _text_of(page: str) -> str:
    parser = _Page()
    parser.feed(page)
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    return "\n".join(line for line in lines if line)

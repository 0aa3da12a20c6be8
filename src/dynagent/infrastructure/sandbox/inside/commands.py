"""The commands of the computer tool, written for its own files: no program of any machine is started."""

import argparse
import posixpath
import re
import time
from collections.abc import Callable
from typing import Any, NoReturn

from dynagent.infrastructure.sandbox.inside.files import Files, Refused

Command = Callable[[Files, list[str], str], str]
"""Takes the files, the words after the command's name, and what was piped in; returns what it prints."""


class _Options(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refused(f"{self.prog}: {message}")


def _options(name: str, flags: str, words: list[str], **rest: Any) -> Any:
    parser = _Options(prog=name, add_help=False)
    for flag in flags:
        parser.add_argument(f"-{flag}", action="store_true")
    parser.add_argument("rest", nargs="*", **rest)
    return parser.parse_args(words)


def _pwd(_files: Files, _words: list[str], _piped: str) -> str:
    return "/\n"


def _echo(_files: Files, words: list[str], _piped: str) -> str:
    return " ".join(words) + "\n"


def _sleep(_files: Files, words: list[str], _piped: str) -> str:
    try:
        time.sleep(float(words[0]))
    except (IndexError, ValueError):
        raise Refused("sleep: needs a number of seconds") from None
    return ""


def _date(_files: Files, _words: list[str], _piped: str) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ\n", time.gmtime())


def _ls(files: Files, words: list[str], _piped: str) -> str:
    chosen = _options("ls", "laR1", words)
    lines: list[str] = []
    for place in chosen.rest or ["/"]:
        if chosen.R:
            lines += [path + ("/" if folder and path != "/" else "") for path, folder in files.walk(place)]
            continue
        for name in files.names_in(place):
            path = files.path(place)
            full = path if path in files.files else posixpath.join(path, name)
            size = f"{len(files.files.get(full, '')):>8} " if chosen.l else ""
            lines.append(size + name)
    return _lines(lines)


def _cat(files: Files, words: list[str], piped: str) -> str:
    return "".join(files.read(word) for word in words) if words else piped


def _find(files: Files, words: list[str], _piped: str) -> str:
    parser = _Options(prog="find", add_help=False)
    parser.add_argument("place", nargs="?", default="/")
    parser.add_argument("-name", default="*")
    parser.add_argument("-type", choices=("f", "d"))
    chosen = parser.parse_args(words)
    wanted = {"f": False, "d": True}.get(chosen.type)
    found = files.walk(chosen.place, chosen.name)
    return _lines([path for path, folder in found if wanted is None or folder is wanted])


def _ends(name: str) -> Command:
    def command(files: Files, words: list[str], piped: str) -> str:
        parser = _Options(prog=name, add_help=False)
        parser.add_argument("-n", type=int, default=10)
        parser.add_argument("rest", nargs="*")
        chosen = parser.parse_args([re.sub(r"^-(\d+)$", r"-n\1", word) for word in words])
        lines = _cat(files, chosen.rest, piped).splitlines()
        return _lines(lines[: chosen.n] if name == "head" else lines[max(len(lines) - chosen.n, 0) :])

    return command


def _wc(files: Files, words: list[str], piped: str) -> str:
    chosen = _options("wc", "lwc", words)
    text = _cat(files, chosen.rest, piped)
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text)}
    asked = [name for name in counts if getattr(chosen, name)] or list(counts)
    return " ".join(str(counts[name]) for name in asked) + "\n"


def _grep(files: Files, words: list[str], piped: str) -> str:
    chosen = _options("grep", "inrvlc", words)
    if not chosen.rest:
        raise Refused("grep: needs a pattern")
    try:
        pattern = re.compile(chosen.rest[0], re.IGNORECASE if chosen.i else 0)
    except re.error as error:
        raise Refused(f"grep: the pattern cannot be read: {error}") from None
    places = chosen.rest[1:] or (["/"] if chosen.r else [])
    if chosen.r:
        places = [path for place in places for path, folder in files.walk(place) if not folder]
    texts = [(place, files.read(place)) for place in places] if places else [("", piped)]
    found: list[str] = []
    for place, text in texts:
        for number, line in enumerate(text.splitlines(), 1):
            if bool(pattern.search(line)) is not chosen.v:
                where = (f"{place}:" if len(texts) > 1 else "") + (f"{number}:" if chosen.n else "")
                found.append(place if chosen.l else where + line)
    found = list(dict.fromkeys(found)) if chosen.l else found
    return f"{len(found)}\n" if chosen.c else _lines(found)


def _sort(files: Files, words: list[str], piped: str) -> str:
    chosen = _options("sort", "rnu", words)
    lines = _cat(files, chosen.rest, piped).splitlines()
    lines = sorted(set(lines) if chosen.u else lines, key=_number if chosen.n else str, reverse=chosen.r)
    return _lines(lines)


def _uniq(files: Files, words: list[str], piped: str) -> str:
    lines = _cat(files, words, piped).splitlines()
    return _lines([line for at, line in enumerate(lines) if at == 0 or line != lines[at - 1]])


def _touch(files: Files, words: list[str], _piped: str) -> str:
    for word in words:
        files.write(word, files.files.get(files.path(word), ""))
    return ""


def _rm(files: Files, words: list[str], _piped: str) -> str:
    chosen = _options("rm", "rf", words)
    for word in chosen.rest:
        if not chosen.r and files.is_folder(files.path(word)):
            raise Refused(f"rm: {word} is a folder")
        files.remove(word)
    return ""


def _cp(files: Files, words: list[str], _piped: str) -> str:
    source, target = _two("cp", words)
    files.write(_into(files, source, target), files.read(source))
    return ""


def _mv(files: Files, words: list[str], _piped: str) -> str:
    source, target = _two("mv", words)
    text = files.read(source)
    files.write(_into(files, source, target), text)
    files.remove(source)
    return ""


def _into(files: Files, source: str, target: str) -> str:
    path = files.path(target)
    return posixpath.join(path, posixpath.basename(source)) if target.endswith("/") or files.is_folder(path) else path


def _two(name: str, words: list[str]) -> tuple[str, str]:
    if len(words) != 2:
        raise Refused(f"{name}: needs a source and a target")
    return words[0], words[1]


def _number(line: str) -> float:
    match = re.match(r"\s*-?\d+(\.\d+)?", line)
    return float(match[0]) if match else 0.0


def _lines(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


COMMANDS: dict[str, Command] = {
    "cat": _cat,
    "cp": _cp,
    "date": _date,
    "echo": _echo,
    "find": _find,
    "grep": _grep,
    "head": _ends("head"),
    "ls": _ls,
    "mv": _mv,
    "pwd": _pwd,
    "rm": _rm,
    "sleep": _sleep,
    "sort": _sort,
    "tail": _ends("tail"),
    "touch": _touch,
    "uniq": _uniq,
    "wc": _wc,
}
"""Name → what it does."""

"""The files of a computer tool's working directory, in memory: text by path, nothing of any machine."""

import fnmatch
import posixpath
from collections.abc import Iterator

MAX_FILES = 200
MAX_CHARACTERS = 80_000


class Refused(Exception):
    """An operation that cannot or may not be done; the text says why."""


def _normal(path: str) -> str:
    return posixpath.normpath("/" + path.strip().lstrip("/"))  # normpath keeps two slashes at the beginning


class Files:
    """A tree of text files below `/`. Writing is refused when it is read only; blocked paths do not answer at all."""

    def __init__(self, files: dict[str, str], *, blocked: list[str], read_only: bool) -> None:
        self.files = dict(files)
        self._blocked = [_normal(path) for path in blocked]
        self._read_only = read_only

    def path(self, text: str) -> str:
        """Return the absolute, normal form of a path. Raises Refused below a blocked one."""
        path = _normal(text)
        for blocked in self._blocked:
            if path == blocked or path.startswith(blocked.rstrip("/") + "/"):
                raise Refused(f"{path}: the path is blocked")
        return path

    def is_folder(self, path: str) -> bool:
        """Say whether there is a folder of this name; the root always is."""
        return path == "/" or any(name.startswith(path + "/") for name in self.files)

    def read(self, text: str) -> str:
        """Return a file's text. Raises Refused."""
        path = self.path(text)
        if path not in self.files:
            raise Refused(f"{path}: {'is a folder' if self.is_folder(path) else 'no such file'}")
        return self.files[path]

    def write(self, text: str, content: str) -> str:
        """Write a file, its folders come with it; return its path. Raises Refused."""
        path = self._to_change(text)
        if self.is_folder(path):
            raise Refused(f"{path}: is a folder")
        others = sum(len(held) for name, held in self.files.items() if name != path)
        if others + len(content) > MAX_CHARACTERS or (path not in self.files and len(self.files) >= MAX_FILES):
            raise Refused(f"the working directory holds at most {MAX_FILES} files and {MAX_CHARACTERS} characters")
        self.files[path] = content
        return path

    def remove(self, text: str) -> None:
        """Remove a file, or a folder with what is in it. Raises Refused."""
        path = self._to_change(text)
        doomed = [name for name in self.files if name == path or name.startswith(path.rstrip("/") + "/")]
        if not doomed:
            raise Refused(f"{path}: no such file or folder")
        for name in doomed:
            del self.files[name]

    def names_in(self, text: str) -> list[str]:
        """Return the names in a folder, folders with a slash at the end. Raises Refused."""
        path = self.path(text)
        if path in self.files:
            return [posixpath.basename(path)]
        if not self.is_folder(path):
            raise Refused(f"{path}: no such file or folder")
        start = path.rstrip("/") + "/"
        below = (name.removeprefix(start) for name in self.files if name.startswith(start))
        return sorted({name.partition("/")[0] + ("/" if "/" in name else "") for name in below})

    def walk(self, text: str, pattern: str = "*") -> Iterator[tuple[str, bool]]:
        """Yield (path, is folder) of everything at and below a path whose last part fits the pattern."""
        path = self.path(text)
        if path not in self.files and not self.is_folder(path):
            raise Refused(f"{path}: no such file or folder")
        start = path.rstrip("/") + "/"
        found: set[tuple[str, bool]] = {(path, path not in self.files)}
        for name in self.files:
            if name.startswith(start):
                found.add((name, False))
                parent = posixpath.dirname(name)
                while parent != path and parent.startswith(start):
                    found.add((parent, True))
                    parent = posixpath.dirname(parent)
        for name, folder in sorted(found):
            if fnmatch.fnmatchcase(posixpath.basename(name) or "/", pattern):
                yield name, folder

    def _to_change(self, text: str) -> str:
        if self._read_only:
            raise Refused("the computer is read only")
        path = self.path(text)
        if path == "/":
            raise Refused("the root cannot be changed")
        return path

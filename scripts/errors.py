"""The table of error codes in `docs/errors.md`: `write` it from the code, or `check` that it is what the code says."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

import dynagent
from dynagent.core.shared.errors import DynagentError
from dynagent.presentation.api.shared.problems import CODES, STATUS

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
SEPARATE = ("dynagent.infrastructure.sandbox.inside", "dynagent.cli.__main__")
"""What runs in processes of its own and is no part of this one."""
OF_HTTP = {
    400: "The request cannot be read.",
    404: "There is nothing at this path.",
    405: "There is something at this path, but not by this method; `Allow` lists the others.",
    413: "The body is too large.",
    414: "The path or the query is too long.",
    415: "The body is not declared as JSON.",
    416: "The range of bytes begins behind the end of the file.",
    431: "The headers are too large.",
    500: "Something went wrong in the server; its log has it under the `request_id`.",
}
HEAD = """# Error codes

Every `error_code`, with the HTTP status that it comes with, and what it means. The same codes stand in `error` events,
in an execution's `error` and in a tool call's. `make openapi` writes this page from the code.

| error_code | status | meaning |
|---|---|---|
"""


def main(action: str) -> int:
    """Do it; return the exit code."""
    text = HEAD + "".join(f"| `{code}` | {status} | {meaning} |\n" for code, status, meaning in rows())
    if action == "write":
        DOCUMENT.write_text(text)
        print(f"wrote docs/{DOCUMENT.name}")
        return 0
    if not DOCUMENT.exists() or DOCUMENT.read_text() != text:
        print("docs/errors.md is not what the code says: run make openapi", file=sys.stderr)
        return 1
    return 0


def rows() -> list[tuple[str, int, str]]:
    """Return code, status and meaning of every error, each code once, sorted."""
    for module in pkgutil.walk_packages(dynagent.__path__, "dynagent."):
        if not module.name.startswith(SEPARATE):
            importlib.import_module(module.name)
    # The first class of a code says most: those that follow are its special cases.
    meanings = {code: (status, OF_HTTP[status]) for status, code in CODES.items()}
    for error in sorted(_below(DynagentError), key=lambda found: (len(found.__mro__), found.__module__)):
        said = " ".join((error.__doc__ or "").split("\n\n")[0].split())
        meanings.setdefault(error.code, (STATUS[error.kind], said))
    return [(code, status, said) for code, (status, said) in sorted(meanings.items())]


def _below(error: type[DynagentError]) -> Iterator[type[DynagentError]]:
    for special in error.__subclasses__():
        yield special
        yield from _below(special)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("write", "check"):
        sys.exit("usage: python scripts/errors.py write|check")
    sys.exit(main(sys.argv[1]))

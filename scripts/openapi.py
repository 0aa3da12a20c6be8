"""The OpenAPI document in `docs/openapi.json`: `write` it from the code, or `check` that it is what the code says."""

import sys
from pathlib import Path
from typing import Any

from dynagent.application.shared.bus import Bus
from dynagent.main.engine import NOUNS
from dynagent.main.noun import access_of, routers_of, tags_of
from dynagent.presentation.api.app import build_app
from dynagent.presentation.api.shared.openapi import export

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def main(action: str) -> int:
    """Do it; return the exit code."""
    bus = Bus(_unused, access_of(NOUNS))
    text = export(build_app(bus, routers=routers_of(NOUNS), tags=tags_of(NOUNS), health=_unused, metrics=_unused))
    if action == "write":
        DOCUMENT.write_text(text)
        print(f"wrote docs/{DOCUMENT.name}")
        return 0
    if not DOCUMENT.exists() or DOCUMENT.read_text() != text:
        print("docs/openapi.json is not what the code says: run make openapi", file=sys.stderr)
        return 1
    return 0


def _unused(*_: Any) -> Any:
    raise AssertionError("describing the API asks nobody")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("write", "check"):
        sys.exit("usage: python scripts/openapi.py write|check")
    sys.exit(main(sys.argv[1]))

"""The built user interface: dynamic pages, old addresses, how long browsers may keep what, each page's policy.

The interface is a static export (frontend/README.md): a dynamic page such as `/agents/<id>/` is exported once, as
`/agents/_/`, and reads the id from its address. `csp.json`, made by the build, holds each page's policy with the hashes
of its inline scripts.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dynagent.presentation.api.shared.router import PREFIX

DYNAMIC = re.compile(r"^/([^/.]+)/(?!new(?:/|$)|_(?:/|$))([^/.]+)(/.*)?$")
NOT_PAGES = ("/api/", "/health", "/ready", "/metrics", "/docs", "/openapi.json", "/info", "/llms.txt")
FOR_EVER = b"public, max-age=31536000, immutable"
ASK_AGAIN = b"no-cache"
FOUND = (200, 206, 304)


def built_frontend() -> Path | None:
    """Return the directory of the built user interface: in the checkout or inside the installed package."""
    package = Path(__file__).resolve().parents[3]
    places = (package.parents[1] / "frontend" / "out", package / "frontend")
    return next((place for place in places if (place / "index.html").is_file()), None)


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages of the interface that the server has to know of.

    `dynamic` are first parts of addresses that an id follows. `moved` leads from old addresses to present ones, and
    what follows the old one follows the new one too; `moved_exactly` leads from whole addresses, with their queries.
    """

    dynamic: frozenset[str] = frozenset()
    moved: Mapping[str, str] = field(default_factory=dict[str, str])
    moved_exactly: Mapping[str, str] = field(default_factory=dict[str, str])

    def __or__(self, other: "Pages") -> "Pages":
        """Return the pages of both."""
        return Pages(
            self.dynamic | other.dynamic,
            {**self.moved, **other.moved},
            {**self.moved_exactly, **other.moved_exactly},
        )

    def moved_to(self, path: str, query: str = "") -> str | None:
        """Return the present address of an old one, with its query: `/executions/1?step=3` → `/runs/1?step=3`.

        None for what has not moved, and for files: only people's links and bookmarks name old addresses.
        """
        if "." in path:
            return None
        place = path.rstrip("/")
        exactly = self.moved_exactly.get(f"{place}?{query}" if query else place)
        if exactly is not None:
            return exactly
        first, slash, rest = place.removeprefix("/").partition("/")
        target = self.moved.get(f"/{first}")
        return target and f"{target}{slash}{quote(rest)}{'?' if query else ''}{query}"

    def exported(self, path: str) -> str:
        """Return the exported path of an address: `/agents/01a1…` → `/agents/_/`, `/settings` → `/settings/`.

        Files stay. A page without its closing slash is served as it is asked for: a redirect would name a scheme and
        host that only the proxy in front of us knows.
        """
        found = DYNAMIC.match(path)
        if found and found[1] in self.dynamic:
            path = f"/{found[1]}/_{found[3] or '/'}"
        return path if "." in path or path.endswith("/") else f"{path}/"


class Site:
    """Put around the application that serves the files."""

    def __init__(self, app: ASGIApp, directory: Path, pages: Pages) -> None:
        self._app = app
        self._pages = pages
        self._policies = Policies(directory / "csp.json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"].startswith(NOT_PAGES) or scope["path"] == "/api":
            await self._app(scope, receive, send)
            return
        if scope["path"] == "/" and prefers_json(scope):
            await self._app({**scope, "path": PREFIX, "raw_path": PREFIX.encode()}, receive, send)
            return
        moved = self._pages.moved_to(scope["path"], scope["query_string"].decode("latin-1"))
        if moved is not None:
            await _redirect(moved, send)
            return
        path = self._pages.exported(scope["path"])
        page = path.lstrip("/") + "index.html" if path.endswith("/") else path.lstrip("/")
        hashed = path.startswith("/_next/static/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                # A file that is missing now may be there after the next deployment: only what was found is kept.
                cache = FOR_EVER if hashed and message["status"] in FOUND else ASK_AGAIN
                headers = [*message.get("headers", ()), (b"cache-control", cache)]
                policy = self._policies.of("404.html" if message["status"] == 404 else page)
                if policy is not None:
                    headers.append((b"content-security-policy", policy))
                message = {**message, "headers": headers}
            await send(message)

        await self._app({**scope, "path": path, "raw_path": path.encode()}, receive, with_headers)


def prefers_json(scope: Scope) -> bool:
    """Say whether a client asks for JSON and not for pages: it names that type, and HTML at most after it."""
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1").lower()
    kinds = [kind.partition(";")[0].strip() for kind in accepted.split(",")]
    if "application/json" not in kinds:
        return False
    return "text/html" not in kinds or kinds.index("application/json") < kinds.index("text/html")


async def _redirect(location: str, send: Send) -> None:
    """Answer with a path alone: only the proxy in front of us knows the host. For now only: a word may return."""
    headers = [(b"location", location.encode()), (b"cache-control", ASK_AGAIN)]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class Policies:
    """The content policy of each page, read anew when the interface was built again under a running server."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at = -1
        self._by_page: dict[str, bytes] = {}

    def of(self, page: str) -> bytes | None:
        """Return a page's policy; None for files and for a build without policies."""
        if not page.endswith(".html"):
            return None
        try:
            built_at = self._file.stat().st_mtime_ns
            if built_at != self._read_at:
                entries = json.loads(self._file.read_bytes())
                self._by_page = {name: entry["policy"].encode() for name, entry in entries.items()}
                self._read_at = built_at
        except (OSError, ValueError):
            # A build is being written this moment: the policies known so far hold until it is there.
            pass
        return self._by_page.get(page)

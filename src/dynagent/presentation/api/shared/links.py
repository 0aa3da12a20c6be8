"""Where the API shows a thing of some kind: found among the application's routes, so that no list names the nouns."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from fastapi import Request
from fastapi.routing import APIRoute

from dynagent.presentation.api.shared.router import CURRENT, PREFIX

_ONE_OF = re.compile(rf"^{PREFIX}/([a-z-]+s)/\{{[a-z_]+\}}$")


def link_to(request: Request, kind: str, id: str) -> str | None:
    """Return the path of a thing (`agent`, id → `/api/v1/agents/<id>`), None where no route shows one of its kind.

    The thing may be gone by now.
    """
    plural = f"{kind}s".replace("_", "-")
    return f"{CURRENT}/{plural}/{quote(id, safe='')}" if id and plural in request.app.state.collections else None


def collections_of(routes: Iterable[APIRoute]) -> frozenset[str]:
    """Return the collections (`agents`) of which a route shows one thing by its id."""
    shown = [route.path for route in routes if "GET" in (route.methods or ())]
    return frozenset(found[1] for path in shown if (found := _ONE_OF.match(path)))

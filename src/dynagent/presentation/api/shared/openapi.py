"""The OpenAPI document: problems and trace events as named components, one deterministic export."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from dynagent.core.shared.errors import DynagentError, ErrorKind
from dynagent.presentation.api.shared.problems import MEDIA_TYPE, STATUS, Problem
from dynagent.presentation.api.shared.router import CURRENT, PREFIX
from dynagent.presentation.api.shared.sent import messages_of

SHORT_PATHS = frozenset(
    {
        ("post", "/api/agents"),
        ("get", "/api/agents"),
        ("get", "/api/agents/{agent_id}"),
        ("post", "/api/executions"),
        ("get", "/api/executions"),
        ("get", "/api/stream/{agent_id}"),
        ("get", "/api/tools"),
        ("post", "/api/tools/register"),
        ("post", "/api/tools/execute"),
    }
)
"""003's own endpoints, documented under `/api`; all others are documented under `/api/v1`."""

UNDER_CURRENT = "x-under-current"
"""Key of an operation's `openapi_extra` when it takes other bodies under `/api/v1` than under `/api`.

Its value has the `operationId`, `summary` and `description` there, and the bodies' `schemas` by name.
"""

PERMISSION = "x-permission"
"""Key of a text's schema that makes it the name of a permission: the document lists all that there are."""

ACCEPTED: dict[str, Any] = {
    "description": "Accepted and not over yet (`async`, or it waits for a person); `Location` names the execution.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ExecutionOut"}}},
}

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": (
            "Server-sent events without a name. `id` is `<execution_id>:<seq>`, `data` one TraceEvent as JSON. "
            "The stream ends after the one terminal event (`complete`, `error` or `cancelled`)."
        ),
        "content": {
            "text/event-stream": {
                "itemSchema": {
                    "type": "object",
                    "required": ["id", "data"],
                    "properties": {
                        "id": {"type": "string", "description": "`<execution_id>:<seq>`"},
                        "data": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "contentSchema": {"$ref": "#/components/schemas/TraceEvent"},
                        },
                    },
                }
            }
        },
    },
    204: {"description": "`Last-Event-ID` is the terminal event: nothing follows, and a browser comes back no more."},
}

PROBLEMS: Mapping[str, str] = {
    "400": "The request cannot be read.",
    "401": "Sign in first; the token or key sent is none that counts.",
    "403": "The host, the origin or the caller is not allowed to.",
    "404": "There is nothing under that id.",
    "409": "The change collides with what is there.",
    "412": "`If-Match` names another version than the current one.",
    "413": "The body is too large.",
    "415": "The body is not declared as JSON.",
    "422": "The input breaks a rule; `errors` says which.",
    "429": "Too much at once; `Retry-After` says when to come back.",
    "500": "Something went wrong in the server.",
    "502": "The tool or model failed.",
    "503": "A part this needs is away.",
    "504": "The tool or model took too long.",
}


def install(app: FastAPI) -> None:
    """Have the application answer `/openapi.json` with this document, built once, off the event loop."""
    building = asyncio.Lock()
    built: list[bytes] = []

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build(app)
        return app.openapi_schema

    async def answer(_request: Request) -> Response:
        async with building:
            if not built:
                built.append(await asyncio.to_thread(lambda: json.dumps(app.openapi(), ensure_ascii=False).encode()))
        return Response(built[0], media_type="application/json")

    app.openapi = document
    app.add_route("/openapi.json", answer, include_in_schema=False)


def export(app: FastAPI) -> str:
    """Return the document as text that changes only when the API does, ending in a newline."""
    return json.dumps(app.openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def build(app: FastAPI) -> dict[str, Any]:
    """Return the document."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    schemas: dict[str, Any] = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    _name_permissions(schemas, app.state.bus.access.reported)
    document["paths"] = _documented(document["paths"], schemas, errors_of(app))
    return document


def _name_permissions(part: Any, names: Sequence[str]) -> None:
    if isinstance(part, dict):
        members = cast("dict[str, Any]", part)
        if members.pop(PERMISSION, False):
            members["enum"] = list(names)
        part = list(members.values())
    if isinstance(part, list):
        for inner in cast("list[Any]", part):
            _name_permissions(inner, names)


def errors_of(app: FastAPI) -> dict[str, set[type[DynagentError]]]:
    """Return, by operation id, the errors that the messages of each route may raise."""
    routes: Iterable[APIRoute] = app.state.routes
    return {
        route.operation_id: {error for message in messages_of(route) for error in message.raises}
        for route in routes
        if route.operation_id is not None
    }


def _documented(
    paths: dict[str, Any], schemas: dict[str, Any], errors: Mapping[str, set[type[DynagentError]]]
) -> dict[str, Any]:
    documented: dict[str, Any] = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            _add_problems(path, operation, errors.get(operation["operationId"], set()))
            differing = operation.pop(UNDER_CURRENT, None)
            documented.setdefault(_shown_path(method, path), {})[method] = operation
            if differing is not None:
                schemas.update(differing["schemas"])
                documented.setdefault(_current(path), {})[method] = _with_bodies(operation, **differing)
    return documented


def _with_bodies(operation: Mapping[str, Any], *, schemas: Mapping[str, Any], **said: str) -> dict[str, Any]:
    choice = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in schemas]}
    return {**operation, **said, "requestBody": {"required": True, "content": {"application/json": {"schema": choice}}}}


def _shown_path(method: str, path: str) -> str:
    if not path.startswith(PREFIX + "/") or (method, path) in SHORT_PATHS:
        return path
    return _current(path)


def _current(path: str) -> str:
    return CURRENT + path[len(PREFIX) :]


def _add_problems(path: str, operation: dict[str, Any], errors: Iterable[type[DynagentError]]) -> None:
    responses: dict[str, Any] = operation["responses"]
    responses.pop("422", None)
    # The framework calls every stream a string; the schema of its items says more.
    responses.get("200", {}).get("content", {}).get("text/event-stream", {}).pop("schema", None)
    codes: dict[str, set[str]] = {status: set() for status in _of_http(path, operation)}
    for error in errors:
        for status in _statuses(error, operation):
            codes.setdefault(status, set()).add(error.code)
    for status, raised in sorted(codes.items()):
        named = ", ".join(f"`{code}`" for code in sorted(raised))
        responses[status] = {
            "description": PROBLEMS[status] + (f" `error_code`: {named}." if named else ""),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _statuses(error: type[DynagentError], operation: Mapping[str, Any]) -> list[str]:
    """Return the statuses that an error comes with: two, when the version may be named in `If-Match`, but need not."""
    by_header = any(parameter["name"].lower() == "if-match" for parameter in operation.get("parameters", ()))
    return [str(STATUS[error.kind]), *(["412"] if by_header and error.kind is ErrorKind.STALE else [])]


def _of_http(path: str, operation: Mapping[str, Any]) -> set[str]:
    """Return the statuses that requests are refused with before or after any message: by form, caller and limits."""
    if not path.startswith(PREFIX + "/"):
        return {"400", "403", "500"}
    possible = {"400", "401", "403", "429", "500", "503"}
    if operation.get("parameters") or "requestBody" in operation:
        possible.add("422")
    if "requestBody" in operation:
        possible |= {"413", "415"}
    return possible

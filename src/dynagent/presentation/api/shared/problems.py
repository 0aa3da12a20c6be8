"""Errors become HTTP here and nowhere else: RFC 9457 problem documents, one table from kind to status."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from dynagent.core.shared.errors import DynagentError, ErrorKind
from dynagent.presentation.api.shared.head import has_head

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[ErrorKind, int] = {
    ErrorKind.INVALID: 422,
    ErrorKind.MALFORMED: 400,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.STALE: 409,
    ErrorKind.FORBIDDEN: 403,
    ErrorKind.UNAUTHENTICATED: 401,
    ErrorKind.TOO_LARGE: 413,
    ErrorKind.BUSY: 429,
    ErrorKind.UPSTREAM_FAILED: 502,
    ErrorKind.UPSTREAM_TIMEOUT: 504,
    ErrorKind.UNAVAILABLE: 503,
    ErrorKind.INTERNAL: 500,
}
"""The one table. A stale change is 412 instead when the client spoke of its version in `If-Match` (RFC 9110)."""

CODES: Mapping[int, str] = {
    400: "malformed_request",
    404: "route_not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    431: "headers_too_large",
    500: "internal_error",
}
"""Codes of refusals that HTTP itself makes, before any message is sent."""

MAX_REPORTED = 5
"""How many broken rules the sentence names; `errors` has all."""

SERVER_FAULT = "something went wrong in the server; the log has it under this request id"


_PLAINER: Mapping[str, str] = {
    "tuple_type": "must be a list",
    "dict_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "extra_forbidden": "there is no such field",
    "missing": "is required",
}
"""What validation says in the words of Python, in those of JSON."""


class FieldProblem(BaseModel):
    """One broken rule of the input."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body, or to the parameter.")
    rule: str = Field(description="Name of the broken rule.")
    detail: str = Field(description="The rule in words, with its bounds.")
    location: str = Field(default="body", description="Where: body, query, path, header.")


class Problem(BaseModel):
    """A refusal (RFC 9457). `error_code` is stable; some kinds carry more members, such as `current_version`."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="URI of this sort of problem.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="Path of the refused request.")
    error_code: str
    request_id: str | None = Field(default=None, description="As in X-Request-ID and in the server's log.")
    errors: list[FieldProblem] | None = Field(default=None, description="The broken rules, for invalid input.")


def install(app: FastAPI) -> None:
    """Have every error of the application answered as a problem document."""
    app.add_exception_handler(DynagentError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _broken)


class NoSuchRoute:
    """Answers API paths that no route has: 405 when other methods of the path are there, else 404."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raise the one or the other."""
        raise HTTPException(405 if _allowed_methods(Request(scope)) else 404)


def problem_response(
    scope: Scope,
    *,
    status: int,
    code: str,
    detail: str,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    """Return the problem document for a request, for handlers and ASGI layers alike."""
    body: dict[str, Any] = {
        "type": f"urn:dynagent:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": original_path(scope),
        "error_code": code,
        "request_id": request_id(scope),
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse({**(extra or {}), **body}, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def request_id(scope: Scope) -> str | None:
    """Return the correlation id that the observability layer found or made, None without that layer."""
    return getattr(scope.get("state", {}).get("correlation"), "correlation_id", None)


def original_path(scope: Scope) -> str:
    """Return the path as the client wrote it, before aliases were resolved."""
    return str(scope.get("dynagent.path", scope["path"])).encode("utf-8", "replace").decode()


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DynagentError)
    return refusal_of(request, error)


def refusal_of(request: HTTPConnection, error: DynagentError) -> Response:
    """Return the problem document that a refusal becomes, for requests and for sockets that are not open yet."""
    status = STATUS[error.kind]
    detail = error.detail
    if error.kind is ErrorKind.STALE and "if-match" in request.headers:
        status = 412
    if error.kind is ErrorKind.INTERNAL:
        log.error("internal_error", error_code=error.code, exc_info=error)
        detail = SERVER_FAULT
    elif error.violations and error.violations[0].detail not in detail:
        detail = f"{detail}: {error.violations[0].detail}"
    errors = [
        {"pointer": item.pointer, "rule": item.rule, "detail": item.detail, "location": item.location}
        for item in error.violations
    ]
    return problem_response(
        request.scope,
        status=status,
        code=error.code,
        detail=detail,
        errors=errors,
        headers=_headers(error),
        extra=error.extra,
    )


def _headers(error: DynagentError) -> dict[str, str]:
    if error.kind is ErrorKind.UNAUTHENTICATED:
        return {"WWW-Authenticate": 'Bearer realm="dynagent"'}
    seconds = error.retry_after_s
    if seconds is None and error.kind in (ErrorKind.BUSY, ErrorKind.UNAVAILABLE):
        seconds = 5.0
    return {} if seconds is None else {"Retry-After": str(max(1, math.ceil(seconds)))}


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [_field_problem(item) for item in error.errors()]
    count = "one rule is" if len(errors) == 1 else f"{len(errors)} rules are"
    reported = "; ".join(f"{item['pointer'] or 'the body'}: {item['detail']}" for item in errors[:MAX_REPORTED])
    more = "; …" if len(errors) > MAX_REPORTED else ""
    return problem_response(
        request.scope, status=422, code="invalid_input", detail=f"{count} broken: {reported}{more}", errors=errors
    )


def _field_problem(item: Mapping[str, Any]) -> dict[str, str]:
    location, *path = item["loc"] or ("body",)
    if location != "body":
        path = [location, *path]
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    detail = _PLAINER.get(item["type"], item["msg"])
    return {"pointer": pointer, "rule": item["type"], "detail": detail, "location": str(location)}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # FastAPI wraps what reading the body raised; ours says more.
    if isinstance(error.__cause__, DynagentError):
        return await _refused(request, error.__cause__)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_allowed_methods(request))) or headers.get("Allow", "")
    code = CODES.get(error.status_code, HTTPStatus(error.status_code).name.lower())
    return problem_response(
        request.scope, status=error.status_code, code=code, detail=_sentence(request, error), headers=headers
    )


def _sentence(request: Request, error: HTTPException) -> str:
    if error.status_code == 404:
        return f"there is nothing at {original_path(request.scope)}; GET /openapi.json lists what there is"
    if error.status_code == 405:
        return f"{request.method} is not possible at {original_path(request.scope)}"
    return str(error.detail)


def _allowed_methods(request: Request) -> set[str]:
    """Return the methods of all routes that match the path: the router knows those of the first only."""
    methods: set[str] = set()
    for regex, of_route in request.app.state.route_methods:
        if regex.match(request.scope["path"]):
            methods |= of_route
    return methods | {"HEAD"} if "GET" in methods and has_head(request.scope["path"]) else methods


async def _broken(request: Request, error: Exception) -> Response:
    # Logged with its stack by the error tracking layer, to which it is raised again after this answer.
    return problem_response(request.scope, status=500, code="internal_error", detail=SERVER_FAULT)

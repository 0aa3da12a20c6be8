"""What a request may be: sizes, and texts, numbers and depths that neither JSON tools nor PostgreSQL choke on."""

import json
import math
from collections.abc import Callable, Coroutine
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dynagent.core.shared.errors import DynagentError, ErrorKind, InvalidInput, MalformedInput, Violation
from dynagent.core.shared.text import has_unstorable
from dynagent.presentation.api.settings import ApiSettings
from dynagent.presentation.api.shared.auth import caller_of_request, visitor_of_request
from dynagent.presentation.api.shared.problems import problem_response

LARGEST_INTEGER = 2**64
SMALLEST_INTEGER = -(2**63)


class TooManyValues(DynagentError):
    """A JSON body of more values than a server should look at one by one."""

    kind = ErrorKind.TOO_LARGE
    code = "too_many_values"


class RequestLimits:
    """Refuses requests whose path, query, headers or body are too long, and NUL characters in path and query."""

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            status, code, detail = refusal
            await problem_response(scope, status=status, code=code, detail=detail)(scope, receive, send)
            return
        await self._app(scope, self._counted(scope, receive) if scope["type"] == "http" else receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        limits = self._settings
        query: bytes = scope.get("query_string", b"")
        if len(scope["path"]) > limits.max_path_bytes:
            return 414, "uri_too_long", f"the path is longer than {limits.max_path_bytes} bytes"
        if len(query) > limits.max_query_bytes:
            return 414, "uri_too_long", f"the query string is longer than {limits.max_query_bytes} bytes"
        if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.max_header_bytes:
            return 431, "headers_too_large", f"the headers are longer than {limits.max_header_bytes} bytes"
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
        if has_unstorable(scope["path"]) or not _is_text(raw_path) or not _is_text(query):
            return 400, "malformed_request", "path and query must not hold NUL characters or broken UTF-8"
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return 400, "malformed_request", "Content-Length is not a number"
        if len(length) > 18 or (int(length) > limits.max_body_bytes and not _is_streamed(scope)):
            return 413, "body_too_large", self._too_large()
        return None

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._settings.max_body_bytes and not _is_streamed(scope):
                raise HTTPException(413, self._too_large())
            return message

        return counted

    def _too_large(self) -> str:
        return f"the body is larger than {self._settings.max_body_bytes} bytes"


def _is_streamed(scope: Scope) -> bool:
    """Say whether the route takes its body as a stream, and bounds it itself."""
    streamed = scope["app"].state.streamed if "app" in scope else ()
    return any(scope["method"] in methods and path.match(scope["path"]) for path, methods in streamed)


def _is_text(encoded: bytes) -> bool:
    """Say whether percent-encoded bytes are UTF-8 without NUL characters."""
    try:
        return "\x00" not in unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return False


class StrictJsonRequest(Request):
    """A request whose JSON is checked while it is read: what we could not store or send again is refused."""

    def __init__(self, request: Request, refused: "Refused") -> None:
        super().__init__(request.scope, request.receive)
        self._refused = refused

    async def json(self) -> Any:
        """Return the body's JSON value. Raises MalformedInput (no JSON, too deep) and what `refused` makes of flaws."""
        if not hasattr(self, "_json"):
            limits: ApiSettings = self.app.state.settings
            self._json = read_json(
                await self.body(),
                max_depth=limits.max_json_depth,
                max_values=limits.max_json_values,
                refused=self._refused,
            )
        return self._json


class StrictRoute(APIRoute):
    """A route that reads bodies as strict JSON and wants them declared as such.

    Who asks is settled first: nobody's body is read before that, and a 401 or 429 costs no parsing.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler, given a strict request."""
        handle = super().get_route_handler()
        has_body = self.body_field is not None
        let_in = visitor_of_request if _asks(self.dependant, visitor_of_request) else caller_of_request

        async def strict(request: Request) -> Response:
            if has_body:
                await let_in(request)
                _check_media_type(request.headers)
            return await handle(StrictJsonRequest(request, self.refused))

        return strict

    @staticmethod
    def refused(value: Any, flaw: Violation) -> DynagentError:
        """Return the error for a body that has this flaw."""
        return InvalidInput(f"{flaw.pointer or 'the body'}: {flaw.detail}", violations=[flaw])


class StreamedRoute(StrictRoute):
    """A route that reads its body as a stream and bounds it itself: for those of `POST`, `PUT` and `PATCH`."""


Refused = Callable[[Any, Violation], DynagentError]
"""Makes the error for a JSON value from the value and its first flaw."""


def read_json(body: bytes, *, max_depth: int, max_values: int = 50_000, refused: Refused = StrictRoute.refused) -> Any:
    """Return the value of a JSON text in UTF-8, at most `max_depth` levels deep, of at most `max_values` values.

    Raises MalformedInput for what is no JSON (NaN and Infinity included), TooManyValues, and InvalidInput for NUL
    characters, lone surrogates, integers outside 64 bits and decimals outside double precision, with a pointer to the
    first.
    """
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except RecursionError:
        raise MalformedInput(f"the JSON body is nested deeper than {max_depth} levels") from None
    except ValueError as error:
        raise MalformedInput(f"the body is not JSON: {error}".encode("utf-8", "replace").decode()) from None
    # Each value but the first and those that open a list or object has a comma or a colon before it.
    if body.count(b",") + body.count(b":") >= max_values and _holds_more_than(value, max_values):
        raise TooManyValues(f"the JSON body holds more than {max_values} values")
    flaw = _flaw_of(value, max_depth)
    if flaw is not None:
        path, rule, detail = flaw
        if rule == "depth":
            raise MalformedInput(f"the JSON body is nested deeper than {max_depth} levels")
        pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in reversed(path))
        raise refused(value, Violation(pointer, rule, detail))
    return value


def _holds_more_than(value: Any, most: int) -> bool:
    waiting: list[Any] = [value]
    count = 0
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict):
            held = list(cast("dict[str, Any]", held).values())
        if isinstance(held, list):
            items = cast("list[Any]", held)
            count += len(items)
            if count > most:
                return True
            waiting += items
    return False


def _asks(dependant: Dependant, call: Callable[..., Any]) -> bool:
    return any(inner.call is call or _asks(inner, call) for inner in dependant.dependencies)


def _check_media_type(headers: Headers) -> None:
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    if empty or declared == "application/json" or (declared.startswith("application/") and declared.endswith("+json")):
        return
    raise HTTPException(415, 'send the body as JSON, with the header "Content-Type: application/json"')


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


_Flaw = tuple[list[str], str, str]


def _flaw_of(value: Any, depth: int) -> _Flaw | None:
    """Return the first flaw as (path from the inside out, rule, words)."""
    if isinstance(value, str):
        return ([], "text", "must not hold NUL characters or lone surrogates") if has_unstorable(value) else None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        fits = SMALLEST_INTEGER <= value < LARGEST_INTEGER
        return None if fits else ([], "number_range", "must be an integer from -2^63 to 2^64 - 1")
    if isinstance(value, float):
        return None if math.isfinite(value) else ([], "number_range", "must fit a double-precision number")
    if depth == 0:
        return [], "depth", ""
    return _flaw_inside(value, depth - 1)


def _flaw_inside(value: Any, depth: int) -> _Flaw | None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    for key, item in pairs:  # pyright: ignore[reportUnknownVariableType]
        flaw = _flaw_of(item, depth) or (_flaw_of(key, 0) if isinstance(key, str) else None)
        if flaw is not None:
            flaw[0].append(str(key).encode("utf-8", "replace").decode().replace("\x00", "�"))  # pyright: ignore[reportUnknownArgumentType]
            return flaw
    return None

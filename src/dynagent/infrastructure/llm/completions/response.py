"""The response to a completion, whatever it is: a stream of events, one JSON body, an error, a web page."""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, cast

import orjson

from dynagent.core.language_models import ModelRefused, ModelReply, ModelRequest, ModelUnavailable, OnText
from dynagent.core.shared.text import clean_text
from dynagent.core.shared.turns import LARGE, apart, let_others_in
from dynagent.infrastructure.llm.completions.chunks import read_chunk, reported_error
from dynagent.infrastructure.llm.completions.gathering import ReplyGatherer
from dynagent.infrastructure.llm.completions.limits import ReplyLimits, reply_limits
from dynagent.infrastructure.llm.completions.sse import ErrorEvent, SseReader
from dynagent.infrastructure.llm.errors import error_from_event, error_from_status

MAX_ERROR_BYTES = 64 * 1024
AFTER_DONE_S = 0.25
"""How long the end of the response is waited for after `[DONE]`; a connection that ends in time is used again."""
AFTER_FINISH_S = 5.0
"""The same after a finish reason: the usage may follow, `[DONE]` may not."""
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_LONGEST_FIELD = 6
_PIECE = 256 * 1024
_QUOTED = 300
_BRACKET = ord("[")
_BEATS = frozenset({b"KEEP-ALIVE", b"KEEPALIVE", b"PING", b"HEARTBEAT"})
_PREFIXES = re.compile(rb"(?:data:\s*)+")


class ResponseReader:
    """Implements Sink. Feed it the head and the body as they come, then ask for the reply."""

    _take_object = staticmethod(read_chunk)

    def __init__(self, request: ModelRequest, on_text: OnText, limits: ReplyLimits | None = None) -> None:
        self._request = request
        self._gatherer = ReplyGatherer(on_text, request)
        limits = limits or reply_limits()
        self._most = limits.model_reply_max_bytes
        self._events = SseReader(limits.model_event_max_bytes)
        self._status = 0
        self._headers: Mapping[str, str] = {}
        self._streamed: bool | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._done = False
        self._heard = False
        self._finished = False
        self._unpack: Any = None

    def on_head(self, status: int, headers: Mapping[str, str]) -> None:
        """Take status and headers, names in lower case."""
        self._status = status
        self._headers = headers
        if headers.get("content-encoding", "identity").strip().lower() in ("gzip", "x-gzip", "deflate"):
            self._unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    def on_body(self, data: bytes) -> float | None:
        """Read what is there; return in how many seconds the response counts as ended whatever comes, None: never."""
        if self._unpack is None:
            if self._streamed:
                self._size += len(data)
                return self._read_events(data) if self._size <= self._most else self._take(b"")
            return self._take(data)
        open_s: float | None = None
        for piece in self._unpacked(data):
            open_s = self._take(piece) or open_s
        return open_s

    @property
    def promised_only(self) -> bool:
        """Whether a stream was begun and nothing came in it: what went wrong then, some servers say unstreamed only."""
        return self._status == 200 and self._streamed is not False and not self._heard and not self._events.stray

    async def whole_reply(self, model: str, source: str = "") -> ModelReply:
        """Return what was gathered; a large reply keeps nobody waiting. Raises ModelError when it was no reply."""
        if self._size < LARGE or self._status != 200:
            return self.reply(model, source)
        self._finish_text()
        reply = await apart(self._size, self.reply, model, source)
        await let_others_in(self._size)
        return reply

    def reply(self, model: str, source: str = "") -> ModelReply:
        """Return what was gathered. Raises ModelError when the response was no reply."""
        if self._status != 200:
            body = b"".join(self._body).decode("utf-8", "replace")
            raise error_from_status(self._status, self._headers, body)
        try:
            self._finish_text()
            return self._gatherer.reply(self._request, model, source)
        except _MISFITS as error:
            raise _misfit(error) from error

    def _take(self, data: bytes) -> float | None:
        self._size += len(data)
        if self._status != 200:
            if self._size <= MAX_ERROR_BYTES or not self._body:
                self._body.append(data[:MAX_ERROR_BYTES])
            return None
        if self._size > self._most:
            raise ModelRefused(f"the model's reply is larger than {self._most:,} bytes (MODEL_REPLY_MAX_BYTES)")
        if self._streamed:
            return self._read_events(data)
        self._body.append(data)
        if self._streamed is None:
            self._streamed = _is_stream(data if len(self._body) == 1 else b"".join(self._body))
            if self._streamed:
                data = b"".join(self._body)
                self._body.clear()
                return self._read_events(data)
        return None

    def _read_events(self, data: bytes) -> float | None:
        events = self._events.feed(data)
        if not events or self._done:
            return None
        self._heard = True
        try:
            for event in events:
                self._read(event)
        except _MISFITS as error:
            raise _misfit(error) from error
        if self._done:
            return AFTER_DONE_S
        return AFTER_FINISH_S if self._gatherer.finish_reason is not None else None

    def _read(self, event: bytes) -> None:
        if event[0] == _BRACKET and event.startswith(b"[DONE]"):
            self._done = True
            self._gatherer.finish_reason = self._gatherer.finish_reason or "stop"
            return
        try:
            value: Any = orjson.loads(event)
        except orjson.JSONDecodeError:
            if event.isspace() or self._done or self._read_odd(event):
                return
            value = None if type(event) is ErrorEvent else _read_object(event)
        if value == "[DONE]":
            self._read(b"[DONE]")
        if self._done:
            return
        if type(event) is ErrorEvent:
            raise error_from_event(_json_or_text(event))
        if type(value) is not dict:
            raise _no_reply(event)
        self._take_object(self._gatherer, value)  # pyright: ignore[reportUnknownArgumentType]

    def _read_odd(self, event: bytes) -> bool:
        """Read what is no JSON but can be understood: events that nothing parts, a prefix written twice."""
        if type(event) is ErrorEvent:
            return False
        words = event.strip().upper()
        if words == b"[DONE]":
            self._read(b"[DONE]")
        elif words in _BEATS:
            return True
        elif prefix := _PREFIXES.match(event):
            if prefix.end() < len(event):
                self._read(event[prefix.end() :])
        elif b"\n" in event and all(line.startswith((b"{", b"[DONE]")) for line in event.split(b"\n")):
            for line in event.split(b"\n"):
                self._read(line)
        else:
            return False
        return True

    def _finish_text(self) -> None:
        """Read what is left, so that all text has been handed on, which is done on the loop only."""
        if self._finished:
            return
        self._finished = True
        try:
            self._end()
        except _MISFITS as error:
            raise _misfit(error) from error
        self._gatherer.end_text()

    def _end(self) -> None:
        if self._streamed:
            for event in self._events.finish():
                self._heard = True
                self._read(event)
            if self._gatherer.finish_reason is None and self._events.stray.strip():
                raise _no_reply(self._events.stray)
            return
        body = b"".join(self._body).removeprefix(b"\xef\xbb\xbf").strip()
        if not body:
            raise ModelUnavailable("the model endpoint answered 200 with nothing at all")
        for value in _values(body):
            self._take_object(self._gatherer, value)
        self._gatherer.finish_reason = self._gatherer.finish_reason or "stop"

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        try:
            while data:
                yield self._unpack.decompress(data, _PIECE)
                data = self._unpack.unconsumed_tail
        except zlib.error as error:
            raise ModelUnavailable("the model endpoint's reply cannot be unpacked") from error


_MISFITS = (AttributeError, LookupError, TypeError, ValueError, RecursionError)


def _misfit(error: Exception) -> ModelUnavailable:
    return ModelUnavailable(f"the model endpoint sent JSON of an unexpected shape ({type(error).__name__}: {error})")


def _is_stream(begin: bytes) -> bool | None:
    """Say what a body is by its beginning, whatever its content type says; None while it is too short to tell."""
    begin = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin[:1] in (b"{", b"[", b"<"):
        return False
    if begin.startswith(_FIELDS):
        return True
    return False if len(begin) >= _LONGEST_FIELD else None


def _values(body: bytes) -> list[dict[str, Any]]:
    """Return the one object of a body, or those of a list or of lines. Raises ModelError for what is none."""
    try:
        value: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        lines = body.splitlines()
        if len(lines) < 2 or not all(line.startswith(b"{") for line in lines if line.strip()):
            raise _no_reply(body) from None
        return [_read_object(line) for line in lines if line.strip()]
    values = cast("list[Any]", value if isinstance(value, list) and value else [value])
    if all(isinstance(one, dict) and cast("dict[str, Any]", one).keys() & {"choices", "output"} for one in values):
        return values
    raise _no_reply(body)


def _no_reply(body: bytes) -> Exception:
    """Return the error that tells what came in place of a reply, in the endpoint's own words."""
    value = _json_or_text(body)
    if isinstance(value, dict):
        listed = cast("dict[str, Any]", value)
        return error_from_event(reported_error(listed) or listed)
    if isinstance(value, list) and value:
        return error_from_event(value)
    text = str(cast("Any", value)).strip()
    if text.startswith("<"):
        words = "the model endpoint answered with a web page; its base URL is probably wrong"
        return ModelUnavailable(f"{words}: {clean_text(' '.join(text.split()))[:_QUOTED]}")
    return ModelUnavailable(f"the model endpoint sent what is no JSON: {clean_text(text)[:_QUOTED]}")


def _json_or_text(data: bytes) -> Any:
    text = data.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _read_object(event: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(event)
    except orjson.JSONDecodeError:
        # Lone surrogates and integers beyond 64 bits: JSON knows them, orjson does not.
        value = _json_or_text(event)
    if not isinstance(value, dict):
        raise _no_reply(event)
    return cast("dict[str, Any]", value)

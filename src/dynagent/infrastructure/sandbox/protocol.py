"""The server's side of the frames: everything a child sends is hostile until it has passed here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from dynagent.core.shared.secret_names import without_cut_secret, without_secrets
from dynagent.core.shared.text import clean_json, clean_text
from dynagent.infrastructure.sandbox.inside.frames import CUT_MARK, HEADER

MESSAGE_LIMIT = 2000
_DEPTH = 110
_ERROR_KINDS = frozenset(
    ("tool_error", "memory_limit", "output_too_large", "result_not_serialisable", "invalid_arguments")
)


class ProtocolError(Exception):
    """The child has sent something that is not of the protocol; `kind` is `protocol` or `output_too_large`."""

    def __init__(self, detail: str, kind: str = "protocol") -> None:
        super().__init__(detail)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended, as the child says it: `kind` is "result" or one of the platform's error kinds.

    `frames` are (line, function) of the tool's own source, outermost first.
    """

    kind: str
    value: Any = None
    message: str = ""
    error_name: str = ""
    frames: tuple[tuple[int, str], ...] = ()
    logs: str = ""
    cpu_ms: float = 0.0
    peak_kb: int = 0
    left: int = 0


class FrameReader:
    """Cuts a stream into frames; a length above `limit` (bytes, both parts) is refused before anything is read."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[dict[str, Any], bytes]]:
        """Return the frames that are complete now. Raises ProtocolError."""
        self._buffer += data
        frames: list[tuple[dict[str, Any], bytes]] = []
        while len(self._buffer) >= HEADER.size:
            text_length, raw_length = HEADER.unpack_from(self._buffer)
            end = HEADER.size + text_length + raw_length
            if end > self._limit + HEADER.size:
                raise ProtocolError(f"an answer of {end} bytes is longer than allowed", "output_too_large")
            if len(self._buffer) < end:
                break
            text = bytes(self._buffer[HEADER.size : HEADER.size + text_length])
            frames.append((read_object(text), bytes(self._buffer[HEADER.size + text_length : end])))
            del self._buffer[:end]
        return frames


def read_object(text: bytes) -> dict[str, Any]:
    """Return a JSON object. Raises ProtocolError for anything else, NaN and overdeep nesting included."""
    try:
        message = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"an answer is not JSON: {type(error).__name__}") from None
    if not isinstance(message, dict):
        raise ProtocolError("an answer is not an object")
    return cast("dict[str, Any]", message)


def read_answer(message: dict[str, Any], *, logs_limit: int) -> Answer:
    """Return what a call's last frame says, cut, cleaned and typed. Raises ProtocolError."""
    kind = message.get("kind")
    if not isinstance(kind, str) or (kind != "result" and kind not in _ERROR_KINDS):
        raise ProtocolError("an answer is of an unknown kind")
    value = message.get("value")
    if _deeper_than(value, _DEPTH):
        raise ProtocolError("a result is nested too deeply")
    return Answer(
        kind=kind,
        value=clean_json(value),
        message=_text(message.get("message"), MESSAGE_LIMIT),
        error_name=_text(message.get("name"), 100),
        frames=_frames(message.get("frames")),
        logs=_text(message.get("logs"), logs_limit + 40),
        cpu_ms=_number(message.get("cpu_ms")),
        peak_kb=int(_number(message.get("peak_kb"))),
        left=int(_number(message.get("left"))),
    )


def without_granted(answer: Answer, forms: Sequence[str]) -> Answer:
    """Return the answer with the secrets that the call was granted masked, wherever the tool has put them."""
    if not forms:
        return answer
    printed, mark, rest = answer.logs.rpartition(CUT_MARK) if CUT_MARK in answer.logs else (answer.logs, "", "")
    return replace(
        answer,
        value=without_secrets(answer.value, forms),
        message=without_cut_secret(without_secrets(answer.message, forms), forms),
        error_name=without_cut_secret(without_secrets(answer.error_name, forms), forms),
        frames=tuple((line, without_secrets(name, forms)) for line, name in answer.frames),
        logs=without_cut_secret(without_secrets(printed, forms), forms) + mark + rest,
    )


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _frames(value: Any) -> tuple[tuple[int, str], ...]:
    if not isinstance(value, list):
        return ()
    pairs = [cast("list[Any]", item) for item in cast("list[Any]", value)[:20] if isinstance(item, list)]
    placed = [pair for pair in pairs if len(pair) == 2 and type(pair[0]) is int and 0 < pair[0] < 10_000]
    return tuple((pair[0], _text(pair[1], 100)) for pair in placed)


def _text(value: Any, limit: int) -> str:
    return clean_text(value[:limit]) if isinstance(value, str) else ""


def _number(value: Any) -> float:
    return float(value) if type(value) in (int, float) and 0 <= value < 1e12 else 0.0


def _deeper_than(value: Any, limit: int) -> bool:
    level: list[Any] = [value]
    for _ in range(limit):
        level = [
            item
            for holder in level
            if isinstance(holder, (dict, list))
            for item in cast("list[Any]", list(holder.values()) if isinstance(holder, dict) else holder)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        ]
        if not level:
            return False
    return True

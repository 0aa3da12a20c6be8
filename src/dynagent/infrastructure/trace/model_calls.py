"""Model calls cut into parts for storing: each message, tool and set of parameters of a run once, by its hash.

A conversation grows with every call. What an earlier call of the run has sent is only named again, 16 bytes each.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from dynagent.core.runs import SentCall
from dynagent.core.shared.secret_names import without_secrets
from dynagent.core.shared.text import clean_json

DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCallLimits:
    """Whether calls are kept, and how many bytes of one part and of all calls of a run (in each attempt)."""

    keep: bool = True
    part_max_bytes: int = 256 << 10
    run_max_bytes: int = 8 << 20


@dataclass(slots=True)
class StoredCall:
    """A call ready to be stored: `head` is JSON, `messages` and `tools` are digests one behind the other.

    `parts` are those that the run has not stored before: digest → JSON.
    """

    call_key: str
    tries: int
    at: float
    head: str
    messages: bytes
    tools: bytes
    parameters: bytes
    parts: dict[bytes, str] = field(default_factory=dict[bytes, str])


class ModelCallParts:
    """Makes stored calls of the calls of one attempt; remembers which parts are stored already."""

    def __init__(self, limits: ModelCallLimits) -> None:
        self._most = limits.part_max_bytes
        self._left = limits.run_max_bytes
        self._known: dict[bytes, tuple[int, bool]] = {}

    def stored(self, call: SentCall) -> StoredCall:
        """Return the call as it is stored; too large parts are cut, and left out once the run has stored too much."""
        parts: dict[bytes, str] = {}
        sizes: list[int] = []
        whole: list[bool] = []

        def digests(values: Sequence[Any]) -> bytes:
            found: list[bytes] = []
            for value in values:
                digest, size, complete = self._part(value, call.hidden, parts)
                found.append(digest)
                sizes.append(size)
                whole.append(complete)
            return b"".join(found)

        messages, tools, parameters = (
            digests([_without_data(message) for message in call.messages]),
            digests(call.tools),
            digests([dict(call.parameters)]),
        )
        self._left -= len(messages) + len(tools)
        head = {
            "lane": call.lane,
            "model": call.model,
            "left_out": sorted(call.left_out),
            "bytes": sum(sizes),
            "complete": all(whole),
        }
        return StoredCall(
            call.call_key, call.tries, call.at, _dumps(clean_json(head)).decode(), messages, tools, parameters, parts
        )

    def _part(self, value: Any, hidden: Sequence[str], parts: dict[bytes, str]) -> tuple[bytes, int, bool]:
        """Return digest, size and whether it is kept whole; what is new is put to the parts."""
        raw = _dumps(value)
        digest = hashlib.blake2b(raw, digest_size=DIGEST_BYTES).digest()
        if digest in self._known:
            return digest, *self._known[digest]
        size, text = len(raw), raw.decode()
        if any(form in text for form in hidden):
            text = _dumps(without_secrets(value, hidden)).decode()
        complete = size <= self._most
        if not complete:
            text = _dumps(_cut(value, self._most, size)).decode()
        if len(text) <= self._left:
            self._left -= len(text)
            parts[digest] = text
        else:
            complete = False
        self._known[digest] = size, complete
        return digest, size, complete


def _without_data(message: Any) -> Any:
    """Return a message with its pictures named by their sizes: their bytes are in the file store."""
    fields = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
    content = fields.get("content")
    if not isinstance(content, list):
        return cast("Any", message)
    return {**fields, "content": [_sized(part) for part in cast("list[Any]", content)]}


def _sized(part: Any) -> Any:
    fields = cast("dict[str, Any]", part) if isinstance(part, dict) else {}
    held = fields.get("image_url")
    url = cast("dict[str, Any]", held).get("url") if isinstance(held, dict) else held
    if not isinstance(url, str) or not url.startswith("data:"):
        return cast("Any", part)
    shown = f"{url.partition(',')[0]},… [{len(url)} characters in all]"
    return {**fields, "image_url": {"url": shown} if isinstance(held, dict) else shown}


def _cut(value: Any, most: int, size: int) -> dict[str, Any]:
    """Return a message with as much of its text as is kept; of anything else the beginning of its JSON."""
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    content = fields.get("content")
    text = content if isinstance(content, str) else ""
    if 2 * len(text.encode("utf-8", "replace")) < size:
        text = json.dumps(value, ensure_ascii=False, default=str)
    shown = f"{text[: most // 4]}… [cut: {size} bytes in all]"
    return {"role": fields["role"], "content": shown} if "role" in fields else {"cut": shown}


def _dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        # Integers beyond 64 bits, lone surrogates, a client's own objects: what orjson does not take.
        return json.dumps(clean_json(value), ensure_ascii=False, separators=(",", ":"), default=str).encode()

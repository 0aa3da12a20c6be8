"""The list of models at an endpoint: who answers at all, which models there are, how much they hold."""

from typing import Any, cast

import orjson

from dynagent.core.shared.text import clean_text

MAX_BYTES = 4 * 1024 * 1024
MAX_LISTED = 5000
_WINDOWS = ("max_model_len", "context_length", "loaded_context_length", "max_context_length", "context_window")
"""What vLLM, OpenRouter, LM Studio and Groq call the tokens that a model holds."""


class ListReader:
    """Implements Sink: reads the answer to `GET /models`, at most four megabytes of it."""

    def __init__(self) -> None:
        self.status = 0
        self._pieces: list[bytes] = []
        self._size = 0

    def on_head(self, status: int, headers: dict[str, str]) -> None:
        """Keep the status."""
        self.status = status

    def on_body(self, data: bytes) -> float | None:
        """Keep a piece; too many end the reading."""
        self._size += len(data)
        if self._size > MAX_BYTES:
            return 0.0
        self._pieces.append(data)
        return None

    @property
    def text(self) -> str:
        """The body as text, for whoever explains a refusal."""
        return b"".join(self._pieces).decode("utf-8", "replace")

    def models(self) -> dict[str, int | None] | None:
        """Return the models with the tokens that each holds, as far as they are told; None for what is no list."""
        try:
            read: Any = orjson.loads(b"".join(self._pieces))
        except orjson.JSONDecodeError:
            return None
        items: Any = cast("dict[str, Any]", read).get("data") if isinstance(read, dict) else read
        if not isinstance(items, list):
            return None
        listed: dict[str, int | None] = {}
        for item in cast("list[Any]", items)[:MAX_LISTED]:
            if isinstance(item, dict) and (id := cast("dict[str, Any]", item).get("id")):
                listed[clean_text(str(id))[:200]] = _window(cast("dict[str, Any]", item))
        return listed


def _window(item: dict[str, Any]) -> int | None:
    meta: Any = item.get("meta")
    listed = [item.get(name) for name in _WINDOWS]
    if isinstance(meta, dict):
        # llama.cpp says there what it was started with.
        listed.append(cast("dict[str, Any]", meta).get("n_ctx"))
    return next((tokens for tokens in listed if isinstance(tokens, int) and tokens > 0), None)

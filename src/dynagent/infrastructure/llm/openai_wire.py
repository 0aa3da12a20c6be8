"""Our own client of the Chat Completions API: streaming, tool calls, usage; no object per token."""

from dynagent.core.language_models import ModelError, ModelReply, ModelRequest, OnText
from dynagent.infrastructure.llm.completions.asides import source_of
from dynagent.infrastructure.llm.completions.request import names_length_twice, write_request
from dynagent.infrastructure.llm.completions.response import ResponseReader
from dynagent.infrastructure.llm.errors import hide
from dynagent.infrastructure.llm.http_pool import HttpPool


class OpenAIWireModel:
    """A model behind an OpenAI-compatible endpoint, asked over plain HTTP. Never retries by itself."""

    def __init__(self, name: str, pool: HttpPool, secret: str | None = None) -> None:
        self.name = name
        self._pool = pool
        self._secret = secret
        self._source = source_of(pool.url, name)
        self._length_twice = names_length_twice(pool.url)

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Ask and stream. Raises ModelRefused, ModelRateLimited, ModelUnavailable, ModelTimeout."""
        reader = ResponseReader(request, on_text)
        try:
            await self._pool.post(
                "/chat/completions",
                write_request(self.name, request, self._source, length_twice=self._length_twice),
                reader,
                timeout_s=request.timeout_s,
                idle_timeout_s=request.idle_timeout_s,
            )
            return reader.reply(self.name, self._source)
        except ModelError as error:
            hide(self._secret, error)
            raise

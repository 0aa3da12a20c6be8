"""Our own client of the Chat Completions API: streaming, tool calls, usage; no object per token."""

from dynagent.core.language_models import ModelError, ModelReply, ModelRequest, OnText
from dynagent.core.shared.calls import SentRequest
from dynagent.core.shared.secret_names import hidden_forms
from dynagent.core.shared.turns import let_others_in
from dynagent.infrastructure.llm.completions.asides import source_of
from dynagent.infrastructure.llm.completions.request import names_length_twice, request_body, write_body
from dynagent.infrastructure.llm.completions.response import ResponseReader
from dynagent.infrastructure.llm.errors import hide, mark_empty_stream
from dynagent.infrastructure.llm.http_pool import HttpPool


class OpenAIWireModel:
    """A model behind an OpenAI-compatible endpoint, asked over plain HTTP. Never retries by itself."""

    def __init__(self, name: str, pool: HttpPool, secret: str | None = None) -> None:
        self.name = name
        self._pool = pool
        self._secret = secret
        self._hidden = hidden_forms([secret or ""])
        self._source = source_of(pool.url, name)
        self._length_twice = names_length_twice(pool.url)

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Ask and stream. Raises ModelRefused, ModelRateLimited, ModelUnavailable, ModelTimeout."""
        reader = ResponseReader(request, on_text)
        body = request_body(self.name, request, self._source, length_twice=self._length_twice)
        written = write_body(body)
        await let_others_in(len(written))
        if request.on_sent is not None:
            request.on_sent(SentRequest(lane="wire", body=body, left_out=request.omit, hidden=self._hidden))
            await let_others_in(len(written))
        try:
            await self._pool.post(
                "/chat/completions",
                written,
                reader,
                timeout_s=request.timeout_s,
                idle_timeout_s=request.idle_timeout_s,
            )
            return await reader.whole_reply(self.name, self._source)
        except ModelError as error:
            if reader.promised_only:
                mark_empty_stream(error)
            hide(self._secret, error)
            raise

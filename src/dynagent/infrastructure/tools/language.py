"""What shipped tools ask a language model, when there is a real one."""

import time

from dynagent.core.language_models import ChatMessage, ChatModel, ChatModels, ModelRequest
from dynagent.core.tools import ModelUse
from dynagent.infrastructure.tools.context import current_call

DEMO_MODEL = "demo"
"""The keyless model: it plays the part of one, so tools that can do without prefer to."""


def real_model(models: ChatModels | None, wanted: str | None = None) -> ChatModel | None:
    """Return the wanted model, else the calling agent's, else the default; None when that is only the demo model."""
    if models is None:
        return None
    name = wanted or current_call().model or models.default
    return None if name == DEMO_MODEL or not models.knows(name) else models.get(name)


async def ask(model: ChatModel, system: str, text: str, *, temperature: float = 0.0) -> str:
    """Return the model's answer to one question, and tell the call's `on_usage` of it. Raises ModelError."""
    call, began = current_call(), time.perf_counter()
    request = ModelRequest(
        messages=(ChatMessage(role="system", content=system), ChatMessage(role="user", content=text)),
        temperature=temperature,
        timeout_s=call.timeout_s,
        on_sent=call.sending() if call.sending is not None else None,
    )
    reply = await model.reply(request, lambda _: None)
    if call.on_usage is not None:
        duration_ms = round((time.perf_counter() - began) * 1000, 3)
        call.on_usage(ModelUse(model=reply.model, asked=model.name, usage=reply.usage, duration_ms=duration_ms))
    return reply.content.strip()

"""What shipped tools ask a language model, when there is a real one."""

from dynagent.core.language_models import ChatMessage, ChatModel, ChatModels, ModelRequest
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
    """Return the model's answer to one question. Raises ModelError."""
    request = ModelRequest(
        messages=(ChatMessage(role="system", content=system), ChatMessage(role="user", content=text)),
        temperature=temperature,
        timeout_s=current_call().timeout_s,
    )
    return (await model.reply(request, lambda _: None)).content.strip()

"""The chatbot: one question to a language model."""

from typing import Annotated

from pydantic import Field

from dynagent.core.language_models import ChatModels
from dynagent.core.tools import BaseTool, ToolUnconfigured
from dynagent.infrastructure.tools.context import current_call
from dynagent.infrastructure.tools.language import ask


class ChatbotTool(BaseTool):
    """Ask a language model a question that needs no other tool, and return its answer."""

    name = "chatbot"
    needs = ("models",)

    def __init__(
        self,
        model: str | None = None,
        system_prompt: str = "You are helpful and concise.",
        temperature: Annotated[float, Field(ge=0, le=2)] = 0.2,
        models: ChatModels | None = None,
    ) -> None:
        self._model = model
        self._system_prompt = system_prompt
        self._temperature = temperature
        self._models = models

    async def _arun(self, query: Annotated[str, Field(min_length=1, max_length=50_000)]) -> str:
        """Ask.

        query: The question, with everything the model must know to answer it.
        """
        if self._models is None:
            raise ToolUnconfigured("chatbot needs a language model and none is configured")
        model = self._models.get(self._model or current_call().model)
        return await ask(model, self._system_prompt, query, temperature=self._temperature)

"""The tools that ship with the product, registered."""

from collections.abc import Awaitable, Callable

from dynagent.core.tools import BaseTool
from dynagent.infrastructure.tools.calculator import CalculatorTool
from dynagent.infrastructure.tools.chatbot import ChatbotTool
from dynagent.infrastructure.tools.code_interpreter import CodeInterpreterTool
from dynagent.infrastructure.tools.computer import ComputerTool
from dynagent.infrastructure.tools.knowledge import (
    AnswerWithContextTool,
    FileSearchTool,
    IndexDocumentsTool,
    KnowledgeBaseSearchTool,
    RetrieveContextTool,
    RetrieverTool,
)
from dynagent.infrastructure.tools.registry import ToolRegistry
from dynagent.infrastructure.tools.summarizer import TextSummarizerTool
from dynagent.infrastructure.tools.web_search import DuckDuckGoTool, WebSearchTool

PREBUILT: tuple[type[BaseTool], ...] = (
    AnswerWithContextTool,
    CalculatorTool,
    ChatbotTool,
    CodeInterpreterTool,
    ComputerTool,
    DuckDuckGoTool,
    FileSearchTool,
    IndexDocumentsTool,
    KnowledgeBaseSearchTool,
    RetrieveContextTool,
    RetrieverTool,
    TextSummarizerTool,
    WebSearchTool,
)


def prebuilt_registry(load_code: Callable[[str, str], Awaitable[type[BaseTool]]] | None = None) -> ToolRegistry:
    """Return a registry that knows every shipped tool; `load_code` is where `register_from_code` sends source."""
    registry = ToolRegistry(load_code)
    for tool_class in PREBUILT:
        registry.register(tool_class)
    return registry

"""What is kept and shown of calls: results bounded in length, failures in words."""

from typing import Any

from dynagent.core.runs import CallError
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.text import clean_text
from dynagent.core.tools import ToolOutcome
from dynagent.core.workflows import text_of

MAX_TRACED_CHARS = 256 * 1024


def failure(error: DynagentError) -> CallError:
    """Return what the trace keeps of a failed call: sandbox and tools say the place in the error's `extra`."""
    place = {name: error.extra[name] for name in ("line", "source_line", "traceback") if name in error.extra}
    return CallError(code=error.code, message=_explained(error), **place)


def cost_of(error: DynagentError) -> ToolOutcome:
    """Return what a failed call printed and cost, where that is known."""
    extra = error.extra
    return ToolOutcome(None, extra.get("logs") or "", extra.get("cpu_ms"), extra.get("peak_memory_kb"))


def _explained(error: DynagentError) -> str:
    reported = "; ".join(f"{item.pointer}: {item.detail}" for item in error.violations)
    return clean_text(f"{error.detail} ({reported})" if reported else error.detail)[:2000]


def bounded(result: Any) -> Any:
    """Return the result, or its text cut to what the trace keeps."""
    text = text_of(result)
    return result if len(text) <= MAX_TRACED_CHARS else cut(text, MAX_TRACED_CHARS)


def cut(text: str, limit: int) -> str:
    """Return a text of at most so many characters, and a note on what is missing."""
    return text if len(text) <= limit else f"{text[:limit]}… [cut: {len(text)} characters in all]"

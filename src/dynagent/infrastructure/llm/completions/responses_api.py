"""The stream of the Responses API, read into the same reply."""

from typing import Any, cast

from dynagent.core.language_models import ModelError
from dynagent.core.shared.calls import TokenUsage
from dynagent.infrastructure.llm.completions.gathering import ReplyGatherer
from dynagent.infrastructure.llm.completions.response import ResponseReader
from dynagent.infrastructure.llm.errors import error_from_event


class ResponsesReader(ResponseReader):
    """As ResponseReader, for events that name their types."""

    def _take_object(self, gatherer: ReplyGatherer, value: dict[str, Any]) -> None:
        kind = str(value.get("type") or "")
        if kind in {"response.output_text.delta", "response.refusal.delta"}:
            self._add_text(value.get("delta"))
        elif kind == "response.output_item.added":
            self._item(value)
        elif kind == "response.function_call_arguments.delta":
            self._gatherer.add_call(value.get("output_index"), id=None, name=None, fragment=str(value["delta"]))
        elif kind in ("response.completed", "response.incomplete"):
            self._finish(value.get("response") or {})
        elif kind == "response.failed":
            raise _failed(value.get("response") or {})
        elif kind == "error":
            raise error_from_event(value.get("error") or value)
        elif value.get("object") == "response":
            self._whole(value)

    def _add_text(self, text: Any) -> None:
        if text:
            self._gatherer.add_text(str(text))

    def _item(self, value: dict[str, Any]) -> None:
        item: dict[str, Any] = value.get("item") or {}
        if item.get("type") == "function_call":
            self._gatherer.add_call(
                value.get("output_index"), id=item.get("call_id"), name=item.get("name"), fragment=item.get("arguments")
            )

    def _finish(self, response: dict[str, Any]) -> None:
        gatherer = self._gatherer
        gatherer.model = gatherer.model or str(response.get("model") or "")
        why: dict[str, Any] = response.get("incomplete_details") or {}
        gatherer.finish_reason = (
            str(why.get("reason") or "length") if response.get("status") == "incomplete" else "stop"
        )
        reported = response.get("usage")
        if isinstance(reported, dict):
            gatherer.usage = _read_usage(cast("dict[str, Any]", reported))

    def _whole(self, response: dict[str, Any]) -> None:
        if response.get("status") == "failed":
            raise _failed(response)
        for index, item in enumerate(cast("list[dict[str, Any]]", response.get("output") or [])):
            self._item({"output_index": index, "item": item})
            for part in cast("list[dict[str, Any]]", item.get("content") or []):
                self._add_text(part.get("text") or part.get("refusal"))
        self._finish(response)


def _failed(response: dict[str, Any]) -> ModelError:
    return error_from_event(response.get("error") or response)


def _read_usage(reported: dict[str, Any]) -> TokenUsage:
    given: dict[str, Any] = reported.get("input_tokens_details") or {}
    made: dict[str, Any] = reported.get("output_tokens_details") or {}
    return TokenUsage(
        input_tokens=reported.get("input_tokens") or 0,
        output_tokens=reported.get("output_tokens") or 0,
        cached_input_tokens=given.get("cached_tokens") or 0,
        reasoning_tokens=made.get("reasoning_tokens") or 0,
    )

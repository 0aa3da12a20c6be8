"""Adds up what an attempt used, so that a run that fails or is cancelled still says what it cost."""

from decimal import Decimal

from dynagent.core.runs import AnyTraceEvent, Outcome, SentCall, ToolStart, TraceRecorder, Usage, UsageReport


class TallyingRecorder(TraceRecorder):
    """Passes everything on to the real recorder and counts usage reports and tool calls on the way."""

    def __init__(self, recorder: TraceRecorder) -> None:
        self._recorder = recorder
        self._cost: Decimal | None = None
        self._tokens = [0, 0]
        self._calls = [0, 0]
        self._estimated = False

    def record(self, event: AnyTraceEvent) -> None:
        """Count, pass on."""
        if isinstance(event, UsageReport):
            self._tokens[0] += event.input_tokens
            self._tokens[1] += event.output_tokens
            self._calls[0] += 1
            self._estimated |= event.estimated
            if event.cost_usd is not None:
                self._cost = (self._cost or Decimal(0)) + Decimal(event.cost_usd)
        elif isinstance(event, ToolStart):
            self._calls[1] += 1
        self._recorder.record(event)

    def record_text(self, message_id: str, text: str, *, span_id: str | None, parent_span_id: str | None) -> None:
        """Pass on."""
        self._recorder.record_text(message_id, text, span_id=span_id, parent_span_id=parent_span_id)

    def record_model_call(self, call: SentCall) -> None:
        """Pass on."""
        self._recorder.record_model_call(call)

    async def flush(self) -> None:
        """Pass on."""
        await self._recorder.flush()

    async def finish(self, outcome: Outcome, last: AnyTraceEvent) -> None:
        """Pass on."""
        await self._recorder.finish(outcome, last)

    def complete(self, outcome: Outcome) -> Outcome:
        """Return the outcome with usage and cost filled in where the runner could not say them."""
        if outcome.usage.model_calls or outcome.usage.tool_calls or not any(self._calls):
            return outcome
        usage = Usage(
            input_tokens=self._tokens[0],
            output_tokens=self._tokens[1],
            total_tokens=sum(self._tokens),
            model_calls=self._calls[0],
            tool_calls=self._calls[1],
            estimated=self._estimated,
        )
        return outcome.model_copy(update={"usage": usage, "cost_usd": self._cost})

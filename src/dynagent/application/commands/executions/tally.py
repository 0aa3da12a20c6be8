"""Adds up what an attempt used and what was out of the ordinary, so that a run that fails says it too."""

from decimal import Decimal

from dynagent.core.runs import AnyTraceEvent, Marks, Outcome, SentCall, ToolStart, TraceRecorder, Usage, UsageReport


class TallyingRecorder(TraceRecorder):
    """Passes everything on to the real recorder and counts usage reports and tool calls on the way."""

    def __init__(self, recorder: TraceRecorder, before: Marks | None = None) -> None:
        self._recorder = recorder
        self._marks = before.copy() if before is not None else Marks()
        self._cost: Decimal | None = None
        self._tokens = [0, 0]
        self._calls = [0, 0]
        self._estimated = False

    def record(self, event: AnyTraceEvent) -> None:
        """Count, pass on."""
        self._marks.take(event)
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
        """Return the outcome with its marks, and with usage and cost where the runner could not say them."""
        usage, cost = outcome.usage, outcome.cost_usd
        if not (usage.model_calls or usage.tool_calls) and any(self._calls):
            usage, cost = self._usage(), self._cost
        usage = usage.model_copy(update={"failed_tool_calls": self._marks.failed_tool_calls})
        return outcome.model_copy(update={"usage": usage, "cost_usd": cost, "marks": self._marks.of(outcome)})

    def _usage(self) -> Usage:
        return Usage(
            input_tokens=self._tokens[0],
            output_tokens=self._tokens[1],
            total_tokens=sum(self._tokens),
            model_calls=self._calls[0],
            tool_calls=self._calls[1],
            estimated=self._estimated,
        )

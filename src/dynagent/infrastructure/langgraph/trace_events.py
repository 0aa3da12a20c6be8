"""The recording side of a run: spans with deterministic ids, events of nodes, and what is added up.

A span is a place in the graph (`execute_tools.2`: node and visit) or a call inside (`execute_tools.2/tool.1`); the same
run reaches the same spans in every attempt, so the log of a run that was interrupted reads like that of one that
was not.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from dynagent.core.language_models import Prices
from dynagent.core.runs import (
    AwaitsChildren,
    Claim,
    Detail,
    NodeEnd,
    NodeStart,
    Outcome,
    Retrieval,
    Retry,
    RunLost,
    RunStatus,
    SentCall,
    TraceRecorder,
    Usage,
    UsageReport,
)
from dynagent.core.shared.calls import OnSent, SentRequest, TokenUsage
from dynagent.core.shared.errors import DynagentError
from dynagent.core.tools import Retrieved
from dynagent.infrastructure.langgraph.verdicts import RunWaits


@dataclass(slots=True)
class Span:
    """One visit of a node. Gives the calls inside their keys, in the order they are asked for."""

    node: str
    visit: int
    id: str
    began: float
    model_calls: int = 0
    tool_calls: int = 0

    def next_model_key(self) -> str:
        """Return the key of the next model call."""
        self.model_calls += 1
        return f"{self.id}/model.{self.model_calls}"

    def next_tool_key(self) -> str:
        """Return the key of the next tool call."""
        self.tool_calls += 1
        return f"{self.id}/tool.{self.tool_calls}"


@dataclass(slots=True)
class Tally:
    """What the calls of a run used, those of earlier attempts included."""

    input_tokens: int = 0
    output_tokens: int = 0
    model_calls: int = 0
    tool_calls: int = 0
    estimated: bool = False
    cost_usd: Decimal | None = None

    def add_reply(self, usage: TokenUsage, cost_usd: Decimal | None) -> None:
        """Add a model call."""
        self.model_calls += 1
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        self.estimated |= usage.estimated
        if cost_usd is not None:
            self.cost_usd = (self.cost_usd or Decimal(0)) + cost_usd

    def usage(self) -> Usage:
        """Return the sums."""
        return Usage(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            total_tokens=self.input_tokens + self.output_tokens,
            model_calls=self.model_calls,
            tool_calls=self.tool_calls,
            estimated=self.estimated,
        )


@dataclass(slots=True)
class RunTrace:
    """The trace of one attempt as the nodes and calls write it."""

    claim: Claim
    recorder: TraceRecorder
    prices: Prices
    key_prefix: str = ""
    verbose: bool = False
    tally: Tally = field(default_factory=Tally)

    def enter(self, node: str, visit: int) -> Span:
        """Begin a visit; it is told unless an earlier attempt has told it."""
        span = Span(node, visit, f"{self.key_prefix}{node}.{visit}", time.perf_counter())
        if not self.claim.journal.node_started(span.id):
            self.recorder.record(NodeStart(timestamp=time.time(), span_id=span.id, node=node))
        return span

    @contextmanager
    def visit(self, node: str, visit: int) -> Generator[Span]:
        """Begin a visit, and end it with the error that the work within raises, if any."""
        span = self.enter(node, visit)
        try:
            yield span
        except Exception as error:
            self.leave(span, error)
            raise
        self.leave(span, None)

    def counted(self, outcome: Outcome) -> Outcome:
        """Return an outcome with what the attempts so far have used."""
        return outcome.model_copy(update={"usage": self.tally.usage(), "cost_usd": self.tally.cost_usd})

    def waiting(self, waits: RunWaits) -> Outcome:
        """Return how an attempt ends that asks people."""
        return self.counted(Outcome(status=RunStatus.WAITING, interrupts=waits.interrupts))

    def leave(self, span: Span, error: Exception | None) -> None:
        """End a visit. One that goes on in another attempt is not ended here."""
        if isinstance(error, (RunLost, RunWaits, AwaitsChildren)) or self.claim.journal.node_ended(span.id):
            return
        self.recorder.record(
            NodeEnd(
                timestamp=time.time(),
                span_id=span.id,
                node=span.node,
                duration_ms=milliseconds_since(span.began),
                error=None if error is None else str(error) or type(error).__name__,
            )
        )

    def sending(self, key: str) -> OnSent:
        """Return what is told of each sending of the model call under this key, so that the log has the last one."""
        tries = 0

        def on_sent(sent: SentRequest) -> None:
            nonlocal tries
            tries += 1
            self.recorder.record_model_call(_as_sent(sent, key, tries))

        return on_sent

    def detail(self, about: Literal["plan", "request", "reply"], line: str, span_id: str, **data: Any) -> None:
        """Record a detail, in runs that tell theirs."""
        if self.verbose:
            self.recorder.record(Detail(timestamp=time.time(), span_id=span_id, about=about, line=line, data=data))

    def used(
        self,
        model: str,
        asked: str,
        usage: TokenUsage,
        *,
        key: str,
        span: Span,
        duration_ms: float,
        first_token_ms: float | None = None,
    ) -> None:
        """Record and add up what a model call inside `span` used."""
        cost = self.cost_usd(model, asked, usage)
        self.tally.add_reply(usage, cost)
        self.recorder.record(
            UsageReport(
                timestamp=time.time(),
                span_id=key,
                parent_span_id=span.id,
                model=model,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                total_tokens=usage.input_tokens + usage.output_tokens,
                cached_input_tokens=usage.cached_input_tokens,
                reasoning_tokens=usage.reasoning_tokens,
                estimated=usage.estimated,
                cost_usd=None if cost is None else format(cost, "f"),
                duration_ms=duration_ms,
                first_token_ms=first_token_ms,
            )
        )

    def retry(self, what: Literal["output"], error: DynagentError, *, span: Span, try_number: int) -> None:
        """Record that something is done again, unless an earlier attempt has told it."""
        if not self.claim.journal.reply(f"{span.id}/model.{span.model_calls + 1}"):
            self.recorder.record(
                Retry(
                    timestamp=time.time(),
                    span_id=span.id,
                    what=what,
                    reason=error.detail,
                    error_code=error.code,
                    try_number=try_number,
                )
            )

    def retrieved(self, found: Retrieved, *, key: str, span: Span) -> None:
        """Record what a tool call inside `span` found in knowledge bases."""
        self.recorder.record(
            Retrieval(
                timestamp=time.time(),
                span_id=key,
                parent_span_id=span.id,
                query=found.query,
                sources=list(found.sources),
                cut=found.cut,
                duration_ms=found.duration_ms,
            )
        )

    def used_before(self, key: str) -> None:
        """Add up what the model calls inside a tool call used in earlier attempts, as the log tells it."""
        for report in self.claim.journal.reports(key):
            usage = TokenUsage(
                input_tokens=report.input_tokens, output_tokens=report.output_tokens, estimated=report.estimated
            )
            self.tally.add_reply(usage, None if report.cost_usd is None else Decimal(report.cost_usd))

    def cost_usd(self, model: str, asked: str, usage: TokenUsage) -> Decimal | None:
        """Return what a call cost, by the name the endpoint gave or else the one it was asked by."""
        cost = self.prices.cost_usd(model, usage)
        return self.prices.cost_usd(asked, usage) if cost is None and asked != model else cost


def _as_sent(sent: SentRequest, key: str, tries: int) -> SentCall:
    """Return a request with its messages and tools apart; the Responses API calls its messages `input`."""
    body = dict(sent.body)
    messages = body.pop("messages", None) or body.pop("input", None) or ()
    return SentCall(
        call_key=key,
        tries=tries,
        at=time.time(),
        lane=sent.lane,
        model=str(body.pop("model", "")),
        messages=(messages,) if isinstance(messages, str) else messages,
        tools=body.pop("tools", None) or (),
        parameters=body,
        left_out=sorted(sent.left_out),
        hidden=sent.hidden,
    )


def milliseconds_since(began: float) -> float:
    """Return the milliseconds since a reading of `time.perf_counter`, to the microsecond."""
    return round((time.perf_counter() - began) * 1000, 3)

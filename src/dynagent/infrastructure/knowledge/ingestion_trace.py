"""The trace of a run that takes documents in: a span for each step of each document, and what embedding used."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from dynagent.core.language_models import Prices
from dynagent.core.runs import Claim, NodeEnd, NodeStart, RunLost, TraceRecorder, Usage, UsageReport
from dynagent.core.shared.calls import TokenUsage


@dataclass(slots=True)
class IngestionTrace:
    """What one attempt writes; a step that an earlier attempt has ended is not told again."""

    claim: Claim
    recorder: TraceRecorder
    prices: Prices
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal | None = None

    @contextmanager
    def step(self, name: str, document_id: str) -> Generator[str]:
        """Be in a step of a document; gives the step's span."""
        span, journal, began = f"{name}/{document_id}", self.claim.journal, time.perf_counter()
        if not journal.node_started(span):
            self.recorder.record(NodeStart(timestamp=time.time(), span_id=span, node=name))
        try:
            yield span
        except RunLost:
            raise
        except Exception as failure:
            self._end(name, span, began, str(failure) or type(failure).__name__)
            raise
        # A cancelled attempt leaves its step open: the next one ends it.
        self._end(name, span, began, None)

    def _end(self, name: str, span: str, began: float, error: str | None) -> None:
        if self.claim.journal.node_ended(span):
            return
        took = round((time.perf_counter() - began) * 1000, 3)
        self.recorder.record(NodeEnd(timestamp=time.time(), span_id=span, node=name, duration_ms=took, error=error))

    def used(self, model: str, tokens: int, *, key: str, span: str, duration_ms: float) -> None:
        """Record and add up what one batch used."""
        cost = self.prices.cost_usd(model, TokenUsage(input_tokens=tokens))
        self.usage = self.usage.plus(Usage(input_tokens=tokens, total_tokens=tokens, model_calls=1))
        if cost is not None:
            self.cost_usd = (self.cost_usd or Decimal(0)) + cost
        self.recorder.record(
            UsageReport(
                timestamp=time.time(),
                span_id=key,
                parent_span_id=span,
                model=model,
                input_tokens=tokens,
                output_tokens=0,
                total_tokens=tokens,
                cost_usd=None if cost is None else format(cost, "f"),
                duration_ms=duration_ms,
            )
        )

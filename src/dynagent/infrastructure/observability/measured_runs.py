"""Runners that are measured: the time of each attempt by the kind of its run."""

from dynagent.core.runs import ChildRuns, Claim, Outcome, Runner, TraceRecorder
from dynagent.infrastructure.observability.metrics import Metrics, monitor_performance


class MeasuredRunner(Runner):
    """Runs as the runner within it does; `dynagent_operation_seconds` has it as `run_<kind>`."""

    def __init__(self, inner: Runner, metrics: Metrics) -> None:
        self._kind = inner.kind
        self._run = monitor_performance(metrics, f"run_{inner.kind}")(inner.run)

    @property
    def kind(self) -> str:
        """The kind of run that the runner within runs."""
        return self._kind

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Run and measure. Raises what the runner within raises."""
        return await self._run(claim, recorder, children)

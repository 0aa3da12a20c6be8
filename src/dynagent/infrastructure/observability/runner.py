"""Agents' runs, measured: `dynagent_operation_seconds{operation="agent_execution"}` and a log line at DEBUG."""

from dynagent.core.executions import AgentRunner, RunPlan
from dynagent.core.runs import Claim, Outcome, TraceRecorder
from dynagent.infrastructure.observability.metrics import Metrics, monitor_performance


class MeasuredRunner(AgentRunner):
    """Another runner, each attempt of which is measured with its waiting for models and tools."""

    def __init__(self, inner: AgentRunner, metrics: Metrics) -> None:
        self._run = monitor_performance(metrics, "agent_execution")(inner.run)

    async def run(self, claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        """Run to the end."""
        return await self._run(claim, plan, trace)

"""What the tests of runs share: a claim, a plan, a runner over fakes."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dynagent.core.executions import Execution, RunPlan
from dynagent.core.language_models import ChatModel
from dynagent.core.runs import AnyTraceEvent, Claim, Journal, Outcome, RunStatus
from dynagent.core.shared.calls import ToolCall
from dynagent.core.tools import RunnableTool
from dynagent.infrastructure.langgraph.runner import LangGraphRunner, RunnerSettings
from tests.fakes.language_models import FakeChatModels, FlatPrices
from tests.fakes.tools import FakeCatalogue
from tests.fakes.trace import ListedTrace

EXECUTION_ID = "01920000-0000-7000-8000-000000000001"


def claim(query: str = "Do it.", *, earlier: Iterable[AnyTraceEvent] = (), attempt: int = 1) -> Claim:
    """Return a claimed execution; `earlier` is its log so far."""
    listed = list(earlier)
    execution = Execution(
        id=EXECUTION_ID,
        user_id="u",
        agent_id="a",
        agent_version=1,
        agent_name="Agent",
        query=query,
        status=RunStatus.RUNNING,
        attempt=attempt,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Claim(execution, last_seq=1 + len(listed), journal=Journal(listed))


def plan(*tools: RunnableTool, **more: Any) -> RunPlan:
    """Return a plan with these tools."""
    fields: dict[str, Any] = {"system_prompt": "Be brief.", "model": None, "temperature": 0.2, **more}
    return RunPlan(tools=[tool.name for tool in tools], **fields)


async def run(
    model: ChatModel, *tools: RunnableTool, claimed: Claim | None = None, trace: ListedTrace | None = None, **more: Any
) -> tuple[Outcome, ListedTrace]:
    """Run a plan to its end; return the outcome and the trace."""
    trace = trace or ListedTrace()
    settings = RunnerSettings(
        tool_result_max_chars=more.pop("shown", 20_000),
        tool_call_in_doubt=more.pop("in_doubt", "ask"),
        **more.pop("settings", {}),
    )
    models = FakeChatModels(model)
    models.window_tokens = more.pop("window", None)
    runner = LangGraphRunner(tools=FakeCatalogue(*tools), models=models, prices=FlatPrices(), settings=settings)
    return await runner.run(claimed or claim(), plan(*tools, **more), trace), trace


def call(name: str, number: int = 1, **arguments: Any) -> ToolCall:
    """Return a wished tool call."""
    return ToolCall(id=f"call_{number}", name=name, arguments=arguments)

"""What a run used: its own model calls, those its tools make, over attempts; not what another execution paid for."""

from typing import Any

from dynagent.core.runs import AnyTraceEvent, ToolEnd, UsageReport
from dynagent.core.shared.calls import TokenUsage
from dynagent.core.tools import CallContext, ModelUse, ToolOutcome
from tests.fakes.language_models import ScriptedChatModel
from tests.fakes.tools import FakeTool
from tests.fakes.trace import ListedTrace
from tests.infrastructure.langgraph.runs import call, claim, run

ANSWERS = [call("think", 1), "Done."]
USE = ModelUse(
    model="large-2026",
    asked="large",
    usage=TokenUsage(input_tokens=100, output_tokens=20, estimated=True),
    duration_ms=3,
)


class Thinker(FakeTool):
    """A tool that asks a model twice."""

    async def call(self, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Tell what was used, then answer."""
        assert context.on_usage is not None
        context.on_usage(USE)
        context.on_usage(USE)
        return await super().call(arguments, context)


def reports(events: list[AnyTraceEvent]) -> list[UsageReport]:
    return [event for event in events if isinstance(event, UsageReport)]


async def test_model_calls_inside_tools_are_told_and_counted() -> None:
    outcome, trace = await run(ScriptedChatModel(ANSWERS), Thinker("think"))
    inside = [report for report in reports(trace.events) if report.model == "large-2026"]
    assert {(report.span_id, report.parent_span_id) for report in inside} == {
        ("execute_tools.1/tool.1", "execute_tools.1")
    }
    assert [(report.total_tokens, report.cost_usd, report.duration_ms) for report in inside] == [
        (120, "0.00012", 3)
    ] * 2
    assert (outcome.usage.model_calls, outcome.usage.total_tokens) == (4, 270)
    assert (outcome.usage.estimated, str(outcome.cost_usd)) == (True, "0.000270")
    kinds = trace.types()
    assert kinds[kinds.index("tool_start") :][:4] == ["tool_start", "usage", "usage", "tool_end"]


async def test_a_run_cut_at_any_event_counts_what_its_log_tells() -> None:
    _, whole = await run(ScriptedChatModel(ANSWERS), Thinker("think"))
    for cut in range(len(whole.events) + 1):
        log = whole.events[:cut]
        answers = ANSWERS[sum(event.type == "message" for event in log) :] or ["?"]
        trace = ListedTrace(cut + 2, 2)
        outcome, _ = await run(
            ScriptedChatModel(answers), Thinker("think"), claimed=claim(earlier=log, attempt=2), trace=trace
        )
        inside = [item for item in reports([*log, *trace.events]) if item.model == "large-2026"]
        assert outcome.usage.model_calls == 2 + len(inside), cut
        assert outcome.usage.total_tokens == 30 + 120 * len(inside), cut


async def test_steps_taken_over_from_another_execution_cost_nothing() -> None:
    _, whole = await run(ScriptedChatModel(ANSWERS), Thinker("think"))
    place = next(place for place, event in enumerate(whole.events) if isinstance(event, ToolEnd))
    taken = [event.model_copy(update={"attempt": 0}) for event in whole.events[: place + 1] if event.type != "usage"]
    outcome, _ = await run(ScriptedChatModel(["Done."]), Thinker("think"), claimed=claim(earlier=taken))
    assert (outcome.result, outcome.usage.model_calls, outcome.usage.tool_calls) == ("Done.", 1, 0)
    assert outcome.usage.total_tokens == 15

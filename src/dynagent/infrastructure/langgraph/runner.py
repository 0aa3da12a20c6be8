"""Runs an agent on LangGraph: resolves its tools, drives the graph, returns the outcome."""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its own signatures untyped.

from collections.abc import AsyncIterator
from typing import Any, Literal

from langchain_core.runnables import RunnableConfig
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.core.executions import RunPlan
from dynagent.core.language_models import ChatModels, Prices, ToolSpec
from dynagent.core.runs import (
    HANDED_OVER,
    ITERATION_LIMIT,
    AnsweredBy,
    Claim,
    Expiry,
    OnExpiry,
    Outcome,
    RunStatus,
    TraceRecorder,
)
from dynagent.core.tools import RunnableTool, ToolCatalogue
from dynagent.infrastructure.langgraph.agent_calls import AgentTool
from dynagent.infrastructure.langgraph.checkpoints import Checkpoints
from dynagent.infrastructure.langgraph.compaction import Overflow
from dynagent.infrastructure.langgraph.graphs import AgentState, AgentWorkflow, Graph, Progress, RunContext
from dynagent.infrastructure.langgraph.guards import Guards
from dynagent.infrastructure.langgraph.judges import ModelJudge
from dynagent.infrastructure.langgraph.messages import opening_messages
from dynagent.infrastructure.langgraph.model_calls import Asking, ModelCalls
from dynagent.infrastructure.langgraph.structured import instruction
from dynagent.infrastructure.langgraph.tool_calls import Calling, ToolCalls
from dynagent.infrastructure.langgraph.trace_events import RunTrace
from dynagent.infrastructure.langgraph.verdicts import InDoubt, RunWaits


class RunnerSettings(BaseSettings):
    """Limits of a run that are not the agent's own."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    model_timeout_s: float = Field(default=300.0, gt=0, description="Seconds for one whole model reply.")
    tool_call_in_doubt: InDoubt = Field(
        default="ask",
        description="A tool that must not be repeated may have been called as its worker died: ask, fail or retry.",
    )
    approval_timeout_s: float | None = Field(
        default=None, gt=0, description="Seconds in which people must answer a run's question; unset: no limit."
    )
    on_approval_timeout: OnExpiry = Field(
        default="reject", description="Nobody answered in time: the call counts as refused, or the run fails."
    )
    tool_result_max_chars: int = Field(default=20_000, ge=100, description="Characters of a result the model is shown.")
    run_replies_max_chars: int = Field(
        default=16_000_000, ge=1000, description="Characters of all model replies of one run; more ends it."
    )
    context_overflow: Overflow = Field(
        default="summary",
        description="Turns that the model's window has no room for: summarised by it, cut, or the run fails.",
    )
    checkpoints: Literal["waiting", "all", "off"] = Field(
        default="waiting", description="Whose LangGraph state is kept: runs that may wait for a person, all, none."
    )


class LangGraphRunner:
    """Implements AgentRunner. One object serves all runs of the process."""

    def __init__(
        self,
        *,
        tools: ToolCatalogue,
        models: ChatModels,
        prices: Prices,
        checkpoints: Checkpoints | None = None,
        settings: RunnerSettings | None = None,
    ) -> None:
        self._tools = tools
        self._models = models
        self._prices = prices
        self._checkpoints = checkpoints
        self._settings = settings or RunnerSettings()

    async def run(self, claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        """Run to the end, taking from the journal what is there. Raises DynagentError; cancelling ends it at once."""
        execution = claim.run
        tools = await self._tools.resolve(plan.tools, execution.user_id, dict(plan.tool_settings))
        calls = plan.agents
        agents = () if calls is None else [AgentTool(callee, calls) for callee in calls.callees]
        workflow = AgentWorkflow([*tools, *agents])
        run_trace = RunTrace(claim, trace, self._prices, plan.key_prefix, plan.verbose)
        guards = self._guards(plan, run_trace)
        try:
            query = await _admitted(execution.query, guards, run_trace)
        except RunWaits as waits:
            return _waiting(waits, run_trace)
        if calls is not None:
            calls.begin(query)
        config = RunnableConfig(
            configurable={"agent_id": execution.subject_id, "thread_id": execution.id},
            recursion_limit=plan.max_iter + 5,
        )
        opening = opening_messages(_prompt(plan), plan.history, query, shows=bool(plan.pictures))
        state = AgentState(progress=Progress(messages=opening))
        last = Progress()
        context = self._context(workflow.tools, plan, run_trace, guards)
        _report_plan(run_trace, plan, context.models.name)
        graph, durability = await self._with_storage(workflow.graph, claim, plan)
        parts: AsyncIterator[Any] = graph.astream(
            state, config, context=context, stream_mode=["updates"], version="v2", durability=durability
        )
        try:
            async for part in parts:
                updates: dict[str, AgentState | None] = part["data"]
                for update in updates.values():
                    last = (update or {}).get("progress", last)
        except RunWaits as waits:
            return _waiting(waits, run_trace)
        return _ended(last, run_trace)

    def _guards(self, plan: RunPlan, trace: RunTrace) -> Guards | None:
        if not plan.guards:
            return None
        timeout_s = max(self._settings.model_timeout_s, plan.call_timeout_s)
        judge = ModelJudge(self._models, trace, timeout_s=timeout_s, idle_timeout_s=plan.call_timeout_s)
        return Guards(plan.guards, trace, judge=judge, expiry=self._expiry(plan))

    async def _with_storage(self, graph: Graph, claim: Claim, plan: RunPlan) -> tuple[Graph, Literal["exit"] | None]:
        """Return the graph with a saver where its state is to be kept: runs that may wait, or all, by setting."""
        wanted = self._settings.checkpoints
        if self._checkpoints is None or wanted == "off" or (wanted == "waiting" and not plan.requires_approval):
            return graph, None
        saver = await self._checkpoints.saver(claim)
        return graph.copy(update={"checkpointer": saver}), "exit"

    def _context(
        self, tools: tuple[RunnableTool, ...], plan: RunPlan, trace: RunTrace, guards: Guards | None
    ) -> RunContext:
        asking = Asking(
            temperature=plan.temperature,
            tools=tuple(ToolSpec(name=t.name, description=t.description, parameters=t.parameters) for t in tools),
            timeout_s=max(self._settings.model_timeout_s, plan.call_timeout_s),
            idle_timeout_s=plan.call_timeout_s,
            output_schema=plan.output_schema,
            max_chars=self._settings.run_replies_max_chars,
            earlier=2 * len(plan.history),
            pictures=tuple(plan.pictures),
            overflow=plan.context_overflow or self._settings.context_overflow,
        )
        models = ModelCalls(self._models, plan.model, asking, trace, guards=guards)
        calling = Calling(
            model=models.name,
            timeout_s=plan.call_timeout_s,
            requires_approval=frozenset(plan.requires_approval),
            in_doubt=self._settings.tool_call_in_doubt,
            expiry=self._expiry(plan),
            max_shown_chars=self._settings.tool_result_max_chars,
        )
        return RunContext(
            models=models,
            tools=ToolCalls(tools, calling, trace, guards=guards, agents=plan.agents),
            trace=trace,
            max_iter=plan.max_iter,
            output_schema=plan.output_schema,
        )

    def _expiry(self, plan: RunPlan) -> Expiry | None:
        after_s = plan.approval_timeout_s or self._settings.approval_timeout_s
        then = plan.on_approval_timeout or self._settings.on_approval_timeout
        return None if after_s is None else Expiry(after_s=after_s, then=then)


async def _admitted(query: str, guards: Guards | None, trace: RunTrace) -> str:
    """Return what is asked, as the guardrails of the input let it through. Raises GuardrailBlocked, RunWaits."""
    if guards is None or not guards.has("input"):
        return query
    span = trace.enter("guard_input", 1)
    try:
        query = await guards.passed("input", query, span.id, span)
    except Exception as error:
        trace.leave(span, error)
        raise
    trace.leave(span, None)
    return query


def _waiting(waits: RunWaits, trace: RunTrace) -> Outcome:
    return _counted(Outcome(status=RunStatus.WAITING, interrupts=waits.interrupts), trace)


def _ended(last: Progress, trace: RunTrace) -> Outcome:
    by = last.get("answered_by")
    marks = ((ITERATION_LIMIT,) if last.get("used_up") else ()) + ((HANDED_OVER,) if by else ())
    outcome = Outcome(
        status=RunStatus.COMPLETED,
        result=last.get("answer") or "",
        model=last.get("model"),
        marks=marks,
        answered_by=None if by is None else AnsweredBy.model_validate(by),
    )
    return _counted(outcome, trace)


def _counted(outcome: Outcome, trace: RunTrace) -> Outcome:
    return outcome.model_copy(update={"usage": trace.tally.usage(), "cost_usd": trace.tally.cost_usd})


def _report_plan(trace: RunTrace, plan: RunPlan, model: str) -> None:
    """Tell how the run is set up, once: not again when an earlier attempt has begun."""
    first = f"{plan.key_prefix}analyze.1"
    if trace.claim.journal.node_started(first):
        return
    trace.detail(
        "plan",
        f"• plan: model {model}, {len(plan.tools)} tools, {len(plan.history)} earlier turns, "
        f"at most {plan.max_iter} rounds of tool calls",
        first,
        model=model,
        temperature=plan.temperature,
        fallback_models=list(plan.fallback_models),
        tools=list(plan.tools),
        earlier_turns=len(plan.history),
        prompt_characters=len(plan.system_prompt),
        max_iter=plan.max_iter,
        max_rpm=plan.max_rpm,
        call_timeout_s=plan.call_timeout_s,
    )


def _prompt(plan: RunPlan) -> str:
    if plan.output_schema is None:
        return plan.system_prompt
    return "\n\n".join(filter(None, (plan.system_prompt, instruction(plan.output_schema))))

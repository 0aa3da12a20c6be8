"""The runner of agents' executions: the agent version that was recorded, its earlier turns, its fallback agent."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dynagent.core.agents import (
    AGENT_TYPE,
    AgentConfiguration,
    AgentConfigurations,
    agent_tools_of,
    names_of_agents,
    with_context,
)
from dynagent.core.executions import (
    AGENT,
    AgentRunner,
    Chats,
    Execution,
    RunPlan,
    Surroundings,
    SurroundingsReader,
)
from dynagent.core.files import GiveFiles, GivenFiles
from dynagent.core.language_models import ModelError
from dynagent.core.runs import HANDED_OVER, ChildRuns, Claim, Outcome, Retry, Runner, RunStatus, TraceRecorder
from dynagent.core.shared.errors import Conflict, NotFound
from dynagent.core.shared.secret_names import masked
from dynagent.core.workflows import Condition, ConditionFailed, Conditions
from dynagent.infrastructure.langgraph.agent_calls import ChildAgents, answered_by, read_said
from dynagent.infrastructure.langgraph.neighbours import Team, team_of, withheld_note
from dynagent.infrastructure.langgraph.run_messages import CallMessages

KNOWLEDGE_TOOL = "knowledge_base_search_tool"
"""What an agent with knowledge bases searches them with."""
FALLBACK_PREFIX = "fallback/"
"""Keeps the calls of the fallback agent apart from those of the agent it stands in for, in the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """One agent's try at a run: itself, or as the `stand_in` of the one that was asked."""

    agent: AgentConfiguration
    agent_id: str
    claim: Claim
    recorder: TraceRecorder
    children: ChildRuns
    turns: Sequence[tuple[str, str]]
    stand_in: bool = False

    @property
    def execution(self) -> Execution:
        execution = self.claim.run
        if not isinstance(execution, Execution):
            raise TypeError(f"run {execution.id} is of the kind {execution.kind!r}, not an agent's")
        return execution

    @property
    def key_prefix(self) -> str:
        return FALLBACK_PREFIX if self.stand_in else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRuns(Runner):
    """Runs what agents were asked; `call_timeout_s` bounds a call where the agent does not say."""

    graphs: AgentRunner
    agents: AgentConfigurations
    chats: Chats
    surroundings: SurroundingsReader
    conditions: Conditions
    messages: CallMessages
    give_files: GiveFiles
    call_timeout_s: float

    @property
    def kind(self) -> str:
        """The kind of run that executions are."""
        return AGENT

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Load → run; when the model fails, once more with the fallback agent. Raises DynagentError, AwaitsChildren."""
        execution = claim.run
        if not isinstance(execution, Execution):
            raise TypeError(f"run {execution.id} is of the kind {execution.kind!r}, not an agent's")
        if execution.parent_run_id is not None:
            # Whoever submits a run is asked for an agent of their own; a run that starts others names what it likes.
            await self.agents.latest(execution.agent_id, execution.user_id)
        agent = await self.agents.get(execution.agent_id, execution.agent_version)
        history = execution.history if agent.memory_flag else None
        turns = [] if history is None else await self.chats.turns(execution.user_id, history)
        common: dict[str, Any] = {"claim": claim, "recorder": recorder, "children": children}
        try:
            return await self._try(_Attempt(agent=agent, agent_id=execution.agent_id, turns=turns, **common))
        except ModelError as error:
            if agent.fallback_agent_id is None:
                raise
            fallback = await self.agents.latest(agent.fallback_agent_id, execution.user_id)
            recorder.record(
                Retry(
                    timestamp=time.time(),
                    what="fallback",
                    reason=f"{error.detail}; agent {fallback.configuration.name!r} takes over",
                    error_code=error.code,
                    try_number=2,
                )
            )
            stand_in = fallback.configuration
            earlier = turns if stand_in.memory_flag else []
            return await self._try(
                _Attempt(agent=stand_in, agent_id=fallback.agent_id, turns=earlier, stand_in=True, **common)
            )

    async def _try(self, attempt: _Attempt) -> Outcome:
        agent, execution = attempt.agent, attempt.execution
        references = tuple(dict.fromkeys(agent_tools_of(agent).values()))
        around = await self.surroundings.of_agent(attempt.agent_id, execution.user_id, references)
        team = team_of(agent, around, execution)
        calls = self._calls(attempt, team)
        given = masked(execution.context)
        prompt = with_context(agent.system_prompt(), agent_context=around.context, given=given)
        files = await self._files(attempt)
        prompt = "\n\n".join(filter(None, (prompt, files.text, withheld_note(team.withheld))))
        plan = replace(self._plan(attempt, around, prompt, calls), pictures=files.pictures)
        outcome = await self.graphs.run(attempt.claim, plan, attempt.recorder)
        return outcome if calls is None else await self._routed(outcome, team, calls, attempt.key_prefix)

    async def _files(self, attempt: _Attempt) -> GivenFiles:
        """Return the files of the question, of earlier turns of its chat, and of the agent."""
        execution = attempt.execution
        ids = list(execution.file_ids)
        if attempt.turns and execution.history is not None:
            ids += await self.chats.file_ids(execution.user_id, execution.history)
        return await self.give_files(execution.user_id, attempt.agent_id, tuple(dict.fromkeys(ids)))

    def _calls(self, attempt: _Attempt, team: Team) -> ChildAgents | None:
        if not team.callees and not team.routes:
            return None
        wanted = attempt.execution.output_schema
        return ChildAgents(
            claim=attempt.claim,
            recorder=attempt.recorder,
            children=attempt.children,
            agents=self.agents,
            callees=team.callees,
            agent_name=attempt.agent.shown_name,
            sender=attempt.agent.name,
            messages=self.messages,
            output_schema=wanted if wanted != attempt.agent.output_schema else None,
        )

    async def _routed(self, outcome: Outcome, team: Team, calls: ChildAgents, prefix: str) -> Outcome:
        """Hand over where the answer meets a handoff's condition; when that fails, the answer stands as it is."""
        if outcome.status is not RunStatus.COMPLETED or outcome.answered_by is not None:
            return outcome
        said = outcome.result or ""
        for neighbour, callee in team.routes:
            if not self._holds(neighbour.condition or {}, calls.state(read_said(said))):
                continue
            try:
                run = await calls.start(callee, f"{prefix}handoff.{neighbour.handoff_id}", said=said)
            except (NotFound, Conflict):
                return outcome
            # Ends the wait in the log where the run has ended, else this attempt.
            await calls.join()
            if not run.status.over:
                run = await calls.start(callee, f"{prefix}handoff.{neighbour.handoff_id}", said=said)
            if run.status is not RunStatus.COMPLETED:
                return outcome
            taken = {"result": run.result, "model": run.answered_model, "answered_by": answered_by(run)}
            return outcome.model_copy(update={**taken, "marks": (*outcome.marks, HANDED_OVER)})
        return outcome

    def _holds(self, condition: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
        try:
            return self.conditions.holds(Condition.model_validate(condition), state)
        except ConditionFailed:
            return False  # the answer has not what the condition speaks of

    def _plan(self, attempt: _Attempt, around: Surroundings, prompt: str, calls: ChildAgents | None) -> RunPlan:
        agent, execution = attempt.agent, attempt.execution
        others = {other.agent_id for other in around.agents} | {other.slug for other in around.agents}
        agents = names_of_agents(agent_tools_of(agent), others)
        return RunPlan(
            system_prompt=prompt,
            model=agent.model if attempt.stand_in else execution.model or agent.model,
            fallback_models=agent.fallback_models,
            max_rpm=agent.max_rpm,
            temperature=agent.temperature,
            tools=_tools(agent, around, agents),
            tool_settings={
                item.name: (item.type, item.config) for item in agent.tools_config if item.type != AGENT_TYPE
            }
            | _of_knowledge(around),
            requires_approval=agent.requires_approval,
            approval_timeout_s=agent.approval_timeout_s,
            on_approval_timeout=agent.on_approval_timeout,
            max_iter=agent.max_iter,
            call_timeout_s=agent.call_timeout_s or self.call_timeout_s,
            history=attempt.turns,
            key_prefix=attempt.key_prefix,
            output_schema=execution.output_schema,
            verbose=agent.verbose_flag,
            context_overflow=agent.context_overflow,
            guards=around.guards,
            agents=calls,
        )


def _tools(agent: AgentConfiguration, around: Surroundings, agents: Collection[str]) -> tuple[str, ...]:
    names = [name for name in agent.all_tools() if name not in agents]
    return tuple(dict.fromkeys((*names, *_of_knowledge(around))))


def _of_knowledge(around: Surroundings) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the tool, with its settings, of an agent that has knowledge bases."""
    ids = list(around.knowledge_base_ids)
    return {KNOWLEDGE_TOOL: (KNOWLEDGE_TOOL, {"kb_ids": ids})} if ids else {}

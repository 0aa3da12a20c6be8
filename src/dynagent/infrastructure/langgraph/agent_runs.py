"""The runner of agents' executions: the agent version that was recorded, its earlier turns, its fallback agent."""

import time
from dataclasses import dataclass

from dynagent.core.agents import AgentConfiguration, AgentConfigurations, ContextReader, with_context
from dynagent.core.executions import AGENT, AgentRunner, Chats, Execution, RunPlan
from dynagent.core.language_models import ModelError
from dynagent.core.runs import ChildRuns, Claim, Outcome, Retry, Runner, TraceRecorder
from dynagent.core.shared.secret_names import masked

FALLBACK_PREFIX = "fallback/"
"""Keeps the calls of the fallback agent apart from those of the agent it stands in for, in the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRuns(Runner):
    """Runs what agents were asked; `call_timeout_s` bounds a call where the agent does not say."""

    graphs: AgentRunner
    agents: AgentConfigurations
    chats: Chats
    contexts: ContextReader
    call_timeout_s: float

    @property
    def kind(self) -> str:
        """The kind of run that executions are."""
        return AGENT

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Load → run; when the model fails, once more with the fallback agent. Raises DynagentError."""
        execution = claim.run
        if not isinstance(execution, Execution):
            raise TypeError(f"run {execution.id} is of the kind {execution.kind!r}, not an agent's")
        if execution.parent_run_id is not None:
            # Whoever submits a run is asked for an agent of their own; a run that starts others names what it likes.
            await self.agents.latest(execution.agent_id, execution.user_id)
        agent = await self.agents.get(execution.agent_id, execution.agent_version)
        turns = await self.chats.turns(execution) if execution.chat_id and agent.memory_flag else []
        try:
            prompt = await self._prompt(agent, execution.agent_id, execution)
            return await self.graphs.run(claim, self._plan(agent, execution, prompt, turns), recorder)
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
            prompt = await self._prompt(stand_in, fallback.agent_id, execution)
            earlier = turns if stand_in.memory_flag else []
            plan = self._plan(stand_in, execution, prompt, earlier, key_prefix=FALLBACK_PREFIX)
            return await self.graphs.run(claim, plan, recorder)

    async def _prompt(self, agent: AgentConfiguration, agent_id: str, execution: Execution) -> str:
        known = await self.contexts.of_agent(agent_id, execution.user_id)
        return with_context(agent.system_prompt(), agent_context=known, given=masked(execution.context))

    def _plan(
        self,
        agent: AgentConfiguration,
        execution: Execution,
        prompt: str,
        turns: list[tuple[str, str]],
        *,
        key_prefix: str = "",
    ) -> RunPlan:
        return RunPlan(
            system_prompt=prompt,
            model=agent.model if key_prefix else execution.model or agent.model,
            fallback_models=agent.fallback_models,
            max_rpm=agent.max_rpm,
            temperature=agent.temperature,
            tools=agent.all_tools(),
            tool_settings={item.name: (item.type, item.config) for item in agent.tools_config},
            requires_approval=agent.requires_approval,
            approval_timeout_s=agent.approval_timeout_s,
            on_approval_timeout=agent.on_approval_timeout,
            max_iter=agent.max_iter,
            call_timeout_s=agent.call_timeout_s or self.call_timeout_s,
            history=turns,
            key_prefix=key_prefix,
            output_schema=execution.output_schema,
            verbose=agent.verbose_flag,
            context_overflow=agent.context_overflow,
        )

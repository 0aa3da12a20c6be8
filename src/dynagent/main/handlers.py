"""Every message and its handler, in one place."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from dynagent.application.commands import chats
from dynagent.application.commands import tools as tool_commands
from dynagent.application.commands.agents import configure, lifecycle
from dynagent.application.commands.agents.rules import AgentRules, SchemaFault
from dynagent.application.commands.agents.secrets import SettingsSafe
from dynagent.application.commands.executions import answer, cancel, repeat, run, start
from dynagent.application.commands.executions.settings import SubmitSettings
from dynagent.application.queries import agents as agent_queries
from dynagent.application.queries import chats as talks
from dynagent.application.queries import tools as tool_queries
from dynagent.application.queries.executions import follow, read
from dynagent.application.shared.bus import Bus
from dynagent.core.agents import AgentConfigurations, AgentRepository
from dynagent.core.executions import (
    AgentRunner,
    CancelSignal,
    Claim,
    Dispatch,
    Executions,
    Notifier,
    StoredCheckpoints,
    Submissions,
    TraceLog,
)
from dynagent.core.language_models import ChatModels
from dynagent.core.schedules import Schedules
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.tools import CustomTools, ToolCatalogue, ToolSandbox
from dynagent.infrastructure.postgres.identity_scope import IdentityScope

log = structlog.get_logger()


class Scope(Protocol):
    """What one message has: repositories of its caller over one transaction."""

    @property
    def agents(self) -> AgentRepository:
        """The caller's agents."""
        ...

    @property
    def custom_tools(self) -> CustomTools:
        """The caller's registered tools."""
        ...

    @property
    def executions(self) -> Executions:
        """The caller's executions."""
        ...

    @property
    def identity(self) -> IdentityScope:
        """People, sessions, keys, models."""
        ...

    @property
    def schedules(self) -> Schedules:
        """The caller's schedules."""
        ...

    @property
    def uow(self) -> UnitOfWork:
        """The transaction."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What handlers need beside their scope; all of it is shared by the messages of this process."""

    models: ChatModels
    catalogue: ToolCatalogue
    sandbox: ToolSandbox
    trace: TraceLog
    notifier: Notifier
    cancel_signal: CancelSignal
    dispatch: Dispatch
    runner: AgentRunner
    agents: AgentConfigurations
    box: SealsSecrets
    chats: run.Chats
    submissions: Submissions
    checkpoints: StoredCheckpoints
    submit: SubmitSettings
    check_schema: answer.CheckSchema
    schema_fault: SchemaFault
    call_timeout_s: float
    clock: Clock = utc_now


def register_handlers(bus: Bus[Scope], ports: Ports) -> None:
    """Tell the bus who handles what."""
    _register_agents(bus, ports)
    _register_tools(bus, ports)
    _register_executions(bus, ports)
    _register_reading(bus, ports)
    _register_running(bus, ports)


def _register_agents(bus: Bus[Scope], ports: Ports) -> None:
    def rules(scope: Scope) -> AgentRules:
        return AgentRules(scope.agents, ports.catalogue, ports.models, ports.schema_fault)

    safe = SettingsSafe(ports.box)

    def desk(scope: Scope) -> configure.AgentDesk:
        return configure.AgentDesk(scope.agents, scope.uow, rules(scope), safe)

    bus.register(configure.CreateAgent, lambda scope: configure.CreateAgentHandler(desk(scope)))
    bus.register(configure.UpdateAgent, lambda scope: configure.UpdateAgentHandler(desk(scope)))
    bus.register(configure.CloneAgent, lambda scope: configure.CloneAgentHandler(desk(scope)))
    bus.register(configure.RestoreAgentVersion, lambda scope: configure.RestoreAgentVersionHandler(desk(scope)))
    bus.register(
        lifecycle.DeleteAgent, lambda scope: lifecycle.DeleteAgentHandler(scope.agents, scope.uow, rules(scope))
    )
    bus.register(lifecycle.SetAgentStatus, lambda scope: lifecycle.SetAgentStatusHandler(scope.agents, scope.uow))
    bus.register(agent_queries.GetAgent, lambda scope: agent_queries.GetAgentHandler(scope.agents))
    bus.register(agent_queries.ListAgents, lambda scope: agent_queries.ListAgentsHandler(scope.agents))
    bus.register(agent_queries.ListAgentVersions, lambda scope: agent_queries.ListAgentVersionsHandler(scope.agents))
    bus.register(agent_queries.NameModels, lambda scope: agent_queries.NameModelsHandler(scope.identity.models))
    bus.register(agent_queries.GetAgentVersion, lambda scope: agent_queries.GetAgentVersionHandler(scope.agents))


def _register_tools(bus: Bus[Scope], ports: Ports) -> None:
    catalogue, sandbox = ports.catalogue, ports.sandbox
    bus.register(
        tool_commands.RegisterTool,
        lambda scope: tool_commands.RegisterToolHandler(scope.custom_tools, scope.uow, catalogue, sandbox),
    )
    bus.register(
        tool_commands.UpdateTool,
        lambda scope: tool_commands.UpdateToolHandler(scope.custom_tools, scope.uow, catalogue, sandbox),
    )
    bus.register(
        tool_commands.ImportTools,
        lambda scope: tool_commands.ImportToolsHandler(scope.custom_tools, scope.uow, catalogue, sandbox),
    )
    bus.register(
        tool_commands.RemoveTool,
        lambda scope: tool_commands.RemoveToolHandler(scope.custom_tools, scope.uow, catalogue),
    )
    bus.register(
        tool_commands.RestoreToolVersion,
        lambda scope: tool_commands.RestoreToolVersionHandler(
            scope.custom_tools,
            catalogue,
            tool_commands.UpdateToolHandler(scope.custom_tools, scope.uow, catalogue, sandbox),
        ),
    )
    bus.register(
        tool_commands.SetToolStatus,
        lambda scope: tool_commands.SetToolStatusHandler(scope.custom_tools, scope.uow, catalogue),
    )
    bus.register(tool_queries.ListToolVersions, lambda scope: tool_queries.ListToolVersionsHandler(scope.custom_tools))
    bus.register(tool_queries.GetToolVersion, lambda scope: tool_queries.GetToolVersionHandler(scope.custom_tools))
    bus.register_free(tool_commands.ExecuteTool, tool_commands.ExecuteToolHandler(catalogue))
    bus.register_free(tool_queries.ListTools, tool_queries.ListToolsHandler(catalogue))
    bus.register_free(tool_queries.GetTool, tool_queries.GetToolHandler(catalogue))


def _register_executions(bus: Bus[Scope], ports: Ports) -> None:
    bus.register(
        start.StartExecution,
        lambda scope: start.StartExecutionHandler(
            scope.agents,
            scope.executions,
            ports.submissions,
            models=ports.models,
            notifier=ports.notifier,
            settings=ports.submit,
            schema_fault=ports.schema_fault,
            clock=ports.clock,
        ),
    )
    bus.register(
        cancel.CancelExecution,
        lambda scope: cancel.CancelExecutionHandler(scope.executions, scope.uow, ports.cancel_signal),
    )
    bus.register(
        answer.AnswerInterrupts,
        lambda scope: answer.AnswerInterruptsHandler(
            scope.executions, scope.uow, notifier=ports.notifier, check_schema=ports.check_schema, clock=ports.clock
        ),
    )
    bus.register(
        repeat.RepeatExecution,
        lambda scope: repeat.RepeatExecutionHandler(
            scope.executions,
            scope.uow,
            trace=ports.trace,
            notifier=ports.notifier,
            settings=ports.submit,
            clock=ports.clock,
        ),
    )


def _register_reading(bus: Bus[Scope], ports: Ports) -> None:
    bus.register(talks.ListChats, lambda scope: talks.ListChatsHandler(scope.executions))
    bus.register(talks.ReadChat, lambda scope: talks.ReadChatHandler(scope.executions))
    bus.register(
        chats.DescribeChat,
        lambda scope: chats.DescribeChatHandler(scope.executions, scope.uow),
    )
    bus.register(
        chats.ForgetChat,
        lambda scope: chats.ForgetChatHandler(scope.executions, scope.uow),
    )
    bus.register(read.ListCheckpoints, lambda scope: read.ListCheckpointsHandler(scope.executions, ports.checkpoints))
    bus.register(read.ListInterrupts, lambda scope: read.ListInterruptsHandler(scope.executions))
    bus.register(read.ListOpenQuestions, lambda scope: read.ListOpenQuestionsHandler(scope.executions))
    bus.register(read.GetExecution, lambda scope: read.GetExecutionHandler(scope.executions, ports.trace))
    bus.register(read.ListExecutions, lambda scope: read.ListExecutionsHandler(scope.executions))
    bus.register(read.ReadTrace, lambda scope: read.ReadTraceHandler(scope.executions, ports.trace))
    bus.register(follow.FollowTrace, lambda scope: follow.FollowTraceHandler(scope.executions, ports.trace))
    bus.register_free(follow.WaitForExecution, follow.WaitForExecutionHandler(bus.send))


def _register_running(bus: Bus[Scope], ports: Ports) -> None:
    bus.register_free(
        run.RunExecution,
        run.RunExecutionHandler(
            dispatch=ports.dispatch,
            trace=ports.trace,
            runner=ports.runner,
            agents=ports.agents,
            chats=ports.chats,
            notifier=ports.notifier,
            on_crash=_log_crash,
            call_timeout_s=ports.call_timeout_s,
        ),
    )


def _log_crash(claim: Claim, error: Exception) -> None:
    log.error("execution_crashed", execution_id=claim.execution.id, attempt=claim.execution.attempt, exc_info=error)

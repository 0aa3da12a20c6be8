"""The API over fakes: a bus with every handler, a worker that plays a run as soon as it is notified."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
from fastapi import FastAPI

from dynagent.application.commands import agents as agent_commands
from dynagent.application.commands import executions as execution_commands
from dynagent.application.commands import tools as tool_commands
from dynagent.application.commands.executions import answer, repeat
from dynagent.application.queries import agents as agent_queries
from dynagent.application.queries import executions as execution_queries
from dynagent.application.queries import tools as tool_queries
from dynagent.application.queries.executions import read
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import Caller
from dynagent.core.executions import (
    AnyTraceEvent,
    Complete,
    ExecutionStatus,
    NodeEnd,
    NodeStart,
    ToolEnd,
    ToolStart,
    Usage,
)
from dynagent.infrastructure.tools.arguments import misfits, schema_fault
from dynagent.presentation.api.app import build_app
from dynagent.presentation.api.settings import ApiSettings
from dynagent.presentation.api.shared.sse import StreamShutdown
from tests.fakes.agents import FakeAgents
from tests.fakes.catalogue import FakeCatalogue, FakeCustomTools, FakeSandbox
from tests.fakes.clock import FakeClock
from tests.fakes.executions import FakeCancelSignal, FakeExecutions, FakeNotifier, FakeSubmissions, FakeTraceStore
from tests.fakes.language_models import FakeChatModels, FakeModelRecords
from tests.fakes.secrets import FakeBox
from tests.fakes.unit_of_work import FakeUnitOfWork


@dataclass
class PartFinding:
    """A part's report, as the health port gives it."""

    name: str = "database"
    condition: str = "ok"
    detail: str = "answers"
    advice: str = ""
    latency_ms: float = 0.5


@dataclass
class WholeFinding:
    """The whole report."""

    condition: str = "ok"
    parts: list[PartFinding] = field(default_factory=lambda: [PartFinding()])


class House:
    """All fakes of one application, and the application itself."""

    def __init__(self, settings: ApiSettings | None = None) -> None:
        self.agents = FakeAgents()
        self.custom_tools = FakeCustomTools()
        self.trace = FakeTraceStore()
        self.executions = FakeExecutions(self.trace)
        self.submissions = FakeSubmissions(self.executions)
        self.catalogue = FakeCatalogue(self.custom_tools)
        self.sandbox = FakeSandbox()
        self.models = FakeChatModels()
        self.kept_models = FakeModelRecords()
        self.uow = FakeUnitOfWork()
        self.clock = FakeClock()
        self.signal = FakeCancelSignal()
        self.notifier = FakeNotifier(self._notified)
        self.shutdown = StreamShutdown()
        self.health = WholeFinding()
        self.submitting = execution_commands.SubmitSettings.model_construct()
        self.pause: asyncio.Event | None = None
        self.open_scopes = 0
        self._runs: set[asyncio.Task[None]] = set()
        self.bus: Bus[House] = Bus(self._scope)
        self._register_agents()
        self._register_tools()
        self._register_executions()
        self._register_going_on()
        self.app: FastAPI = build_app(
            self.bus, health=self._report, metrics=lambda: b"dynagent_up 1\n", settings=settings, shutdown=self.shutdown
        )

    def client(self) -> httpx2.AsyncClient:
        """Return a client that talks to the application in this process; failures are answers, not exceptions."""
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")

    def desk(self) -> agent_commands.AgentDesk:
        """Return what the agent handlers share."""
        return agent_commands.AgentDesk(
            self.agents, self.uow, self.rules(), agent_commands.SettingsSafe(FakeBox()), clock=self.clock
        )

    def rules(self) -> agent_commands.AgentRules:
        """Return the rules of agents."""
        return agent_commands.AgentRules(self.agents, self.catalogue, self.models, schema_fault)

    async def play(self, execution_id: str) -> None:
        """Run an execution to its end, as a worker would."""
        execution = self.executions.stored[execution_id]
        started = execution.model_copy(
            update={"status": ExecutionStatus.RUNNING, "attempt": 1, "started_at": self.clock()}
        )
        await self.executions.update(started)
        first, *rest = scripted_events(execution.query)
        await self.trace.append(execution_id, first)
        if self.pause is not None:
            await self.pause.wait()
        await self.executions.update(
            started.model_copy(
                update={
                    "status": ExecutionStatus.COMPLETED,
                    "result": "23*19 is 437.",
                    "model": "scripted",
                    "completed_at": self.clock(),
                    "usage": Usage(input_tokens=3, output_tokens=4, total_tokens=7, model_calls=1, tool_calls=1),
                }
            )
        )
        await self.trace.append(execution_id, *rest)

    async def settled(self) -> None:
        """Wait until every run that was begun has ended."""
        while self._runs:
            await asyncio.gather(*self._runs)

    async def _notified(self, execution_id: str) -> None:
        task = asyncio.create_task(self.play(execution_id))
        self._runs.add(task)
        task.add_done_callback(self._runs.discard)

    async def _report(self) -> WholeFinding:
        return self.health

    @asynccontextmanager
    async def _scope(self, caller: Caller) -> AsyncGenerator["House"]:
        self.open_scopes += 1
        try:
            yield self
        finally:
            self.open_scopes -= 1

    def _register_agents(self) -> None:
        self.bus.register(agent_commands.CreateAgent, lambda s: agent_commands.CreateAgentHandler(s.desk()))
        self.bus.register(agent_commands.UpdateAgent, lambda s: agent_commands.UpdateAgentHandler(s.desk()))
        self.bus.register(agent_commands.CloneAgent, lambda s: agent_commands.CloneAgentHandler(s.desk()))
        self.bus.register(
            agent_commands.RestoreAgentVersion, lambda s: agent_commands.RestoreAgentVersionHandler(s.desk())
        )
        self.bus.register(
            agent_commands.DeleteAgent, lambda s: agent_commands.DeleteAgentHandler(s.agents, s.uow, s.rules())
        )
        self.bus.register(
            agent_commands.SetAgentStatus, lambda s: agent_commands.SetAgentStatusHandler(s.agents, s.uow)
        )
        self.bus.register(agent_queries.GetAgent, lambda s: agent_queries.GetAgentHandler(s.agents))
        self.bus.register(agent_queries.ListAgents, lambda s: agent_queries.ListAgentsHandler(s.agents))
        self.bus.register(agent_queries.ListAgentVersions, lambda s: agent_queries.ListAgentVersionsHandler(s.agents))
        self.bus.register(agent_queries.NameModels, lambda s: agent_queries.NameModelsHandler(s.kept_models))
        self.bus.register(agent_queries.GetAgentVersion, lambda s: agent_queries.GetAgentVersionHandler(s.agents))

    def _register_tools(self) -> None:
        self.bus.register(
            tool_commands.RegisterTool,
            lambda s: tool_commands.RegisterToolHandler(s.custom_tools, s.uow, s.catalogue, s.sandbox, clock=s.clock),
        )
        self.bus.register(
            tool_commands.UpdateTool,
            lambda s: tool_commands.UpdateToolHandler(s.custom_tools, s.uow, s.catalogue, s.sandbox, clock=s.clock),
        )
        self.bus.register(
            tool_commands.RemoveTool, lambda s: tool_commands.RemoveToolHandler(s.custom_tools, s.uow, s.catalogue)
        )
        self.bus.register(
            tool_commands.RestoreToolVersion,
            lambda s: tool_commands.RestoreToolVersionHandler(
                s.custom_tools,
                s.catalogue,
                tool_commands.UpdateToolHandler(s.custom_tools, s.uow, s.catalogue, s.sandbox, clock=s.clock),
            ),
        )
        self.bus.register(
            tool_commands.SetToolStatus,
            lambda s: tool_commands.SetToolStatusHandler(s.custom_tools, s.uow, s.catalogue, clock=s.clock),
        )
        self.bus.register(tool_queries.ListToolVersions, lambda s: tool_queries.ListToolVersionsHandler(s.custom_tools))
        self.bus.register(tool_queries.GetToolVersion, lambda s: tool_queries.GetToolVersionHandler(s.custom_tools))
        self.bus.register_free(tool_commands.ExecuteTool, tool_commands.ExecuteToolHandler(self.catalogue))
        self.bus.register_free(tool_queries.ListTools, tool_queries.ListToolsHandler(self.catalogue))
        self.bus.register_free(tool_queries.GetTool, tool_queries.GetToolHandler(self.catalogue))

    def _register_executions(self) -> None:
        self.bus.register(
            execution_commands.StartExecution,
            lambda s: execution_commands.StartExecutionHandler(
                s.agents,
                s.executions,
                s.submissions,
                models=s.models,
                notifier=s.notifier,
                settings=s.submitting,
                schema_fault=schema_fault,
                clock=s.clock,
            ),
        )
        self.bus.register(
            execution_commands.CancelExecution,
            lambda s: execution_commands.CancelExecutionHandler(s.executions, s.uow, s.signal),
        )
        self.bus.register(
            execution_queries.GetExecution, lambda s: execution_queries.GetExecutionHandler(s.executions, s.trace)
        )
        self.bus.register(
            execution_queries.ListExecutions, lambda s: execution_queries.ListExecutionsHandler(s.executions)
        )
        self.bus.register(
            execution_queries.ReadTrace, lambda s: execution_queries.ReadTraceHandler(s.executions, s.trace)
        )
        self.bus.register(
            execution_queries.FollowTrace, lambda s: execution_queries.FollowTraceHandler(s.executions, s.trace)
        )
        self.bus.register_free(
            execution_queries.WaitForExecution, execution_queries.WaitForExecutionHandler(self.bus.send)
        )

    def _register_going_on(self) -> None:
        self.bus.register(read.ListOpenQuestions, lambda s: read.ListOpenQuestionsHandler(s.executions))
        self.bus.register(read.ListInterrupts, lambda s: read.ListInterruptsHandler(s.executions))
        self.bus.register(
            answer.AnswerInterrupts,
            lambda s: answer.AnswerInterruptsHandler(
                s.executions, s.uow, notifier=s.notifier, check_schema=misfits, clock=s.clock
            ),
        )
        self.bus.register(
            repeat.RepeatExecution,
            lambda s: repeat.RepeatExecutionHandler(
                s.executions, s.uow, trace=s.trace, notifier=s.notifier, settings=s.submitting, clock=s.clock
            ),
        )


def scripted_events(query: str) -> list[AnyTraceEvent]:
    """Return the events of a short run after its opening event."""
    return [
        NodeStart(timestamp=1.0, node="analyze"),
        ToolStart(
            timestamp=2.0,
            tool="calculator",
            arguments={"expression": query},
            call_id="1",
            call_key="k1",
            line=f'▶ calculator(expression="{query}")',
        ),
        ToolEnd(
            timestamp=3.0,
            tool="calculator",
            call_id="1",
            call_key="k1",
            result="437",
            duration_ms=1.0,
            line="✔ Result: 437",
        ),
        NodeEnd(timestamp=4.0, node="analyze", duration_ms=3.0),
        Complete(
            timestamp=5.0, result="23*19 is 437.", model="scripted", input_tokens=3, output_tokens=4, duration_ms=4.0
        ),
    ]

"""The API over fakes: a bus with every handler, a worker that plays a run as soon as it is notified."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
from fastapi import FastAPI

from dynagent.application.commands import executions as execution_commands
from dynagent.application.commands.agents import broken, configure, context, lifecycle
from dynagent.application.commands.agents.rules import SchemaFault
from dynagent.application.commands.executions import answer, cancel, repeat, start
from dynagent.application.commands.tools import change as tool_changes
from dynagent.application.commands.tools import versions as tool_versions
from dynagent.application.queries import tools as tool_queries
from dynagent.application.queries.agents import details as agent_details
from dynagent.application.queries.agents import knowledge as agent_knowledge
from dynagent.application.queries.agents import read as agent_queries
from dynagent.application.queries.agents import templates as agent_templates
from dynagent.application.queries.executions import follow, model_calls, read
from dynagent.application.shared.asking import Ask
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.handlers import handlers_in
from dynagent.application.shared.resolver import Resolver
from dynagent.core.agents import AgentContexts, AgentKnowledgeBases, AgentRepository, EverybodysAgents
from dynagent.core.executions import EverybodysExecutions, Executions, StoredModelCalls
from dynagent.core.files import Files
from dynagent.core.language_models import ChatModels, ModelRecords
from dynagent.core.output_types import OutputTypes
from dynagent.core.runs import (
    AnyTraceEvent,
    CancelSignal,
    Complete,
    NodeEnd,
    NodeStart,
    Notifier,
    RunStatus,
    Submissions,
    ToolEnd,
    ToolStart,
    TraceLog,
    Usage,
)
from dynagent.core.shared.clock import Clock
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.shared.uses import Uses
from dynagent.core.tools import CallableTools, CustomTools, ToolCatalogue, ToolSandbox
from dynagent.infrastructure.tools.arguments import misfits, schema_fault
from dynagent.main.engine import NOUNS
from dynagent.main.noun import access_of, routers_of, tags_of
from dynagent.presentation.api.app import build_app
from dynagent.presentation.api.settings import ApiSettings
from dynagent.presentation.api.shared.sse import StreamShutdown
from tests.fakes.agents import FakeAgentContexts, FakeAgentKnowledgeBases, FakeAgents
from tests.fakes.catalogue import FakeCatalogue, FakeCustomTools, FakeSandbox
from tests.fakes.clock import FakeClock
from tests.fakes.executions import (
    FakeCancelSignal,
    FakeExecutions,
    FakeModelCalls,
    FakeNotifier,
    FakeSubmissions,
    FakeTraceStore,
)
from tests.fakes.files import FakeFiles
from tests.fakes.language_models import FakeChatModels, FakeModelRecords
from tests.fakes.output_types import FakeOutputTypes
from tests.fakes.secrets import FakeBox
from tests.fakes.unit_of_work import FakeUnitOfWork
from tests.fakes.uses import FakeUses
from tests.presentation.api.documented import DocumentedTransport


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
        self.contexts = FakeAgentContexts()
        self.knowledge = FakeAgentKnowledgeBases()
        self.output_types = FakeOutputTypes()
        self.uses = FakeUses()
        self.files = FakeFiles()
        self.custom_tools = FakeCustomTools()
        self.trace = FakeTraceStore()
        self.executions = FakeExecutions(self.trace)
        self.model_calls = FakeModelCalls()
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
        self.bus = Bus(self._scope, access_of(NOUNS))
        self.bus.serve(self._resolver().routes(HANDLERS))
        self.app: FastAPI = build_app(
            self.bus,
            routers=routers_of(NOUNS),
            tags=tags_of(NOUNS),
            health=self._report,
            metrics=lambda: b"dynagent_up 1\n",
            settings=settings,
            shutdown=self.shutdown,
        )

    def client(self) -> httpx2.AsyncClient:
        """Return a client that talks to the application in this process; failures are answers, not exceptions."""
        transport = DocumentedTransport(self.app)
        return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")

    async def play(self, execution_id: str) -> None:
        """Run an execution to its end, as a worker would."""
        execution = self.executions.stored[execution_id]
        started = execution.model_copy(update={"status": RunStatus.RUNNING, "attempt": 1, "started_at": self.clock()})
        await self.executions.update(started)
        first, *rest = scripted_events(execution.query)
        await self.trace.append(execution_id, first)
        if self.pause is not None:
            await self.pause.wait()
        await self.executions.update(
            started.model_copy(
                update={
                    "status": RunStatus.COMPLETED,
                    "result": "23*19 is 437.",
                    "answered_model": "scripted",
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
    async def _scope(self, caller: Caller, message: object) -> AsyncGenerator["House"]:
        self.open_scopes += 1
        try:
            yield self
        finally:
            self.open_scopes -= 1

    def _resolver(self) -> Resolver:
        shared = {
            answer.CheckSchema: misfits,
            Ask: self.bus.send,
            CallableTools: self.catalogue,
            CancelSignal: self.signal,
            Clock: self.clock,
            Notifier: self.notifier,
            SchemaFault: schema_fault,
            SealsSecrets: FakeBox(),
            Submissions: self.submissions,
            ToolCatalogue: self.catalogue,
            ToolSandbox: self.sandbox,
            TraceLog: self.trace,
        }
        scoped = {
            AgentContexts: lambda _: self.contexts,
            AgentKnowledgeBases: lambda _: self.knowledge,
            AgentRepository: lambda _: self.agents,
            EverybodysAgents: lambda _: self.agents,
            CustomTools: lambda _: self.custom_tools,
            EverybodysExecutions: lambda _: self.executions,
            Executions: lambda _: self.executions,
            Files: lambda _: self.files,
            OutputTypes: lambda _: self.output_types,
            ModelRecords: lambda _: self.kept_models,
            StoredModelCalls: lambda _: self.model_calls,
            UnitOfWork: lambda _: self.uow,
            Uses: lambda _: self.uses,
            # Tests change these on the way.
            ChatModels: lambda _: self.models,
            execution_commands.SubmitSettings: lambda _: self.submitting,
        }
        return Resolver(shared=shared, scoped=scoped)


HANDLERS = [
    *handlers_in(
        broken,
        configure,
        context,
        lifecycle,
        agent_queries,
        agent_details,
        agent_knowledge,
        agent_templates,
        tool_changes,
        tool_versions,
        tool_queries,
    ),
    *handlers_in(start, cancel, follow, answer, repeat, model_calls),
    read.GetExecutionHandler,
    read.GetKindOfExecutionHandler,
    read.ListExecutionsHandler,
    read.ListInterruptsHandler,
    read.ListOpenQuestionsHandler,
    read.ReadTraceHandler,
]


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

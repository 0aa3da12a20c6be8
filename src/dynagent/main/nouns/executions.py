"""Executions: runs of agents as their owners see them."""

from collections.abc import Callable, Sequence

import structlog

from dynagent.application.commands import chats as chat_commands
from dynagent.application.commands.executions import SubmitSettings, answer, cancel, repeat, run, start
from dynagent.application.queries import chats as chat_queries
from dynagent.application.queries.executions import follow, read
from dynagent.core.executions import Executions, StoredCheckpoints
from dynagent.core.runs import (
    CancelSignal,
    ChildStore,
    Claim,
    Dispatch,
    Frame,
    Notifier,
    Runner,
    Submissions,
    TraceLog,
)
from dynagent.infrastructure.langgraph.agent_runs import AgentRuns
from dynagent.infrastructure.observability.correlation import current_correlation_id
from dynagent.infrastructure.postgres.runs.children import PostgresChildren
from dynagent.infrastructure.postgres.runs.executions import PostgresExecutions
from dynagent.infrastructure.postgres.runs.readers import PostgresAgentConfigurations, PostgresChats
from dynagent.infrastructure.postgres.runs.submissions import PostgresSubmissions
from dynagent.infrastructure.postgres.unit_of_work import Scope
from dynagent.infrastructure.tools.arguments import misfits
from dynagent.main.noun import Binds, Noun, Process, Routes, handlers_in
from dynagent.presentation.api import chats
from dynagent.presentation.api.executions import again, questions, routes

log = structlog.get_logger()


def _binds(process: Process) -> Binds:
    pool, signals = process.database.pool, process.signals
    return Binds(
        shared={
            ChildStore: PostgresChildren(pool, signals.notifier, limits=process.settings.run.child_limits),
            CancelSignal: signals.cancel_signal,
            Dispatch: process.dispatch,
            Notifier: signals.notifier,
            StoredCheckpoints: process.checkpoints,
            Submissions: PostgresSubmissions(pool, process.deliver, signals.hub.opened, current_correlation_id),
            SubmitSettings: process.settings.submit,
            TraceLog: process.trace,
            answer.CheckSchema: misfits,
            run.OnCrash: _log_crash,
        },
        scoped={Executions: lambda scope: executions_of(scope, signals.publish)},
    )


def _runners(process: Process) -> Sequence[Runner]:
    pool = process.database.pool
    of_agents = AgentRuns(
        graphs=process.runner,
        agents=PostgresAgentConfigurations(pool),
        chats=PostgresChats(pool),
        call_timeout_s=process.settings.run.call_timeout_s,
    )
    return [of_agents]


def executions_of(scope: Scope, publish: Callable[[str, Sequence[Frame]], None]) -> PostgresExecutions:
    """Return the caller's executions; `publish` gets the events that they store, once these are committed."""

    def note(execution_id: str, frames: Sequence[Frame]) -> None:
        async def hand_over() -> None:
            publish(execution_id, frames)

        scope.uow.after_commit(hand_over)

    return PostgresExecutions(scope.session, scope.user_id, on_stored=note, correlation=current_correlation_id)


def _log_crash(claim: Claim, error: Exception) -> None:
    log.error("execution_crashed", execution_id=claim.run.id, attempt=claim.run.attempt, exc_info=error)


noun = Noun(
    handlers=handlers_in(answer, cancel, repeat, run, start, follow, read, chat_commands, chat_queries),
    binds=_binds,
    runners=_runners,
    routes=(
        Routes(20, routes.router),
        Routes(60, again.router),
        Routes(70, questions.router),
        Routes(90, chats.router),
    ),
    tag=(30, "Executions", "Runs of agents, their results and traces."),
)

"""Executions: runs of agents as their owners see them."""

from collections.abc import Sequence

from dynagent.application.commands.executions import SubmitSettings, answer, run
from dynagent.application.shared.access import EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.executions import EverybodysExecutions, Executions, StoredCheckpoints, StoredModelCalls
from dynagent.core.runs import CancelSignal, ChildStore, Dispatch, Notifier, Runner, Submissions, TraceLog
from dynagent.infrastructure.expressions.conditions import StateConditions
from dynagent.infrastructure.hybrid.run_files import give_files_with
from dynagent.infrastructure.langgraph.agent_runs import AgentRuns
from dynagent.infrastructure.objects.settings import ObjectSettings
from dynagent.infrastructure.observability.correlation import current_correlation_id
from dynagent.infrastructure.observability.dispatch import ObservedDispatch
from dynagent.infrastructure.observability.failures import log_crash
from dynagent.infrastructure.postgres.runs.chats import PRUNED
from dynagent.infrastructure.postgres.runs.children import PostgresChildren
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.executions import executions_in
from dynagent.infrastructure.postgres.runs.listing import PostgresEverybodysExecutions
from dynagent.infrastructure.postgres.runs.model_calls import PostgresModelCalls
from dynagent.infrastructure.postgres.runs.readers import PostgresAgentConfigurations, PostgresChats
from dynagent.infrastructure.postgres.runs.submissions import PostgresSubmissions
from dynagent.infrastructure.postgres.surroundings import PostgresSurroundings
from dynagent.infrastructure.tools.arguments import misfits, schema_fault
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api.executions import again, chats, model_calls, of_agents, questions, routes
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages


def _binds(process: Process) -> Binds:
    pool, signals = process.database.pool, process.signals
    dispatch = PostgresDispatch(pool, user_cap=process.settings.run.max_concurrent_runs_per_user)
    return Binds(
        shared={
            ChildStore: PostgresChildren(pool, signals.notifier, limits=process.settings.run.child_limits),
            CancelSignal: signals.cancel_signal,
            Dispatch: ObservedDispatch(dispatch, process.metrics),
            Notifier: signals.notifier,
            StoredCheckpoints: process.checkpoints,
            Submissions: PostgresSubmissions(pool, process.deliver, signals.hub.opened, current_correlation_id),
            TraceLog: process.trace,
            answer.CheckSchema: misfits,
            run.OnCrash: log_crash,
        },
        scoped={
            Executions: lambda scope: executions_in(scope, signals.publish, current_correlation_id),
            EverybodysExecutions: lambda scope: PostgresEverybodysExecutions(scope.session),
            StoredModelCalls: lambda scope: PostgresModelCalls(scope.session, scope.user_id),
        },
    )


def _runners(process: Process) -> Sequence[Runner]:
    pool = process.database.pool
    of_agents = AgentRuns(
        graphs=process.runner,
        agents=PostgresAgentConfigurations(pool),
        chats=PostgresChats(pool),
        surroundings=PostgresSurroundings(pool),
        conditions=StateConditions(misfits, schema_fault),
        give_files=give_files_with(pool, process.settings.of(ObjectSettings), process.settings.database.data_dir),
        call_timeout_s=process.settings.run.call_timeout_s,
    )
    return [of_agents]


noun = Noun(
    grants={
        "executions:read": Grant(EVERY_ROLE),
        "executions:run": Grant(MAKERS),
    },
    settings=(SubmitSettings,),
    retention=PRUNED,
    pages=Pages(
        dynamic=frozenset({"runs"}),
        moved={"/executions": "/runs", "/approvals": "/inbox", "/conversations": "/chats"},
    ),
    handlers=handlers_of("executions", "chats"),
    binds=_binds,
    runners=_runners,
    routes=(
        Routes(20, routes.router),
        Routes(40, of_agents.router),
        Routes(60, again.router),
        Routes(65, model_calls.router),
        Routes(70, questions.router),
        Routes(90, chats.router),
    ),
    tag=(30, "Executions", "Runs of agents, their results and traces."),
)

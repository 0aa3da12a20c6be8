"""Workflows: definitions, their runs, and the kinds of run that their steps are."""

from collections.abc import Sequence
from functools import partial

from dynagent.application.commands.workflows.start import WorkflowSettings
from dynagent.application.shared.access import ADMINS, EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.runs import Runner
from dynagent.core.workflows import (
    Conditions,
    KnownTools,
    RecordedExecutions,
    WorkflowExecutions,
    WorkflowLimits,
    Workflows,
)
from dynagent.infrastructure.cron.timetable import CronTimetable
from dynagent.infrastructure.expressions.conditions import StateConditions
from dynagent.infrastructure.langgraph.run_messages import StepMessages
from dynagent.infrastructure.langgraph.step_runs import HumanInputRuns, PromptRuns, TimerRuns, ToolRuns
from dynagent.infrastructure.langgraph.workflow_runs import WorkflowRuns
from dynagent.infrastructure.llm.prices import GenaiPrices
from dynagent.infrastructure.postgres.conversation_log import PostgresConversationLog, PostgresPolicies
from dynagent.infrastructure.postgres.files_of_runs import PostgresFilesOfRuns
from dynagent.infrastructure.postgres.runs.readers import PostgresAgentConfigurations
from dynagent.infrastructure.postgres.runs.recorded import PostgresRecordedExecutions
from dynagent.infrastructure.postgres.runs.stored_events import once_committed
from dynagent.infrastructure.postgres.runs.workflows import PostgresWorkflowExecutions, PostgresWorkflowPauses
from dynagent.infrastructure.postgres.workflow_definitions import PostgresWorkflowDefinitions
from dynagent.infrastructure.postgres.workflows import PostgresWorkflows
from dynagent.infrastructure.tools.arguments import misfits, schema_fault
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages
from dynagent.presentation.api.workflows import executions, routes, simulation, stream

CONDITIONS = StateConditions(misfits, schema_fault)


def _binds(process: Process) -> Binds:
    noting = partial(once_committed, publish=process.signals.publish)
    return Binds(
        shared={
            Conditions: CONDITIONS,
            KnownTools: process.catalogue,
            WorkflowLimits: process.settings.of(WorkflowSettings).limits,
        },
        scoped={
            RecordedExecutions: lambda scope: PostgresRecordedExecutions(scope.session, scope.user_id, noting(scope)),
            Workflows: lambda scope: PostgresWorkflows(scope.session, scope.user_id),
            WorkflowExecutions: lambda scope: PostgresWorkflowExecutions(scope.session, scope.user_id, noting(scope)),
        },
    )


def _runners(process: Process) -> Sequence[Runner]:
    pool, call_timeout_s = process.database.pool, process.settings.run.call_timeout_s
    return [
        WorkflowRuns(
            definitions=PostgresWorkflowDefinitions(pool),
            agents=PostgresAgentConfigurations(pool),
            conditions=CONDITIONS,
            timetable=CronTimetable(),
            limits=process.settings.of(WorkflowSettings).limits,
            pauses=PostgresWorkflowPauses(pool),
            files=PostgresFilesOfRuns(pool),
            messages=StepMessages(policies=PostgresPolicies(pool), log=PostgresConversationLog(pool)),
        ),
        PromptRuns(graphs=process.runner, call_timeout_s=call_timeout_s),
        ToolRuns(
            tools=process.catalogue, prices=GenaiPrices(), models_of=process.models.of, call_timeout_s=call_timeout_s
        ),
        TimerRuns(),
        HumanInputRuns(),
    ]


noun = Noun(
    grants={
        "workflows:read": Grant(EVERY_ROLE),
        "workflows:write": Grant(MAKERS),
        "executions:record": Grant(ADMINS),
    },
    settings=(WorkflowSettings,),
    pages=Pages(dynamic=frozenset({"workflows"})),
    handlers=handlers_of("workflows"),
    binds=_binds,
    runners=_runners,
    routes=(
        Routes(85, executions.router),
        Routes(86, executions.steps_router),
        Routes(87, routes.router),
        Routes(88, routes.tasks_router),
        Routes(92, stream.router),
        Routes(91, simulation.router),
    ),
    tag=(35, "Workflows", "Several agents, tools and people as one definition, and its runs."),
)

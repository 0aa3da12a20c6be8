"""Schedules: agents asked and workflows run at set times."""

from contextlib import AsyncExitStack

from dynagent.application.commands import schedules as commands
from dynagent.application.commands.executions import SubmitSettings
from dynagent.application.commands.workflows.start import WorkflowSettings
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.schedules import Schedules, Timetable
from dynagent.infrastructure.cron.timetable import CronTimetable
from dynagent.infrastructure.postgres.schedule_firing import PostgresFiring
from dynagent.infrastructure.postgres.schedules import PostgresSchedules
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api import schedules
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages

TIMETABLE = CronTimetable()


def _binds(_: Process) -> Binds:
    return Binds(
        shared={Timetable: TIMETABLE},
        scoped={Schedules: lambda scope: PostgresSchedules(scope.session, scope.user_id)},
    )


def _start_firing(process: Process, stack: AsyncExitStack) -> None:
    submit = process.settings.of(SubmitSettings)
    firing = PostgresFiring(
        process.database.pool,
        TIMETABLE,
        process.signals.notify_soon,
        run_timeout_s=submit.run_timeout_s,
        workflow_timeout_s=process.settings.of(WorkflowSettings).workflow_timeout_s,
        most_waiting=submit.max_waiting_per_user,
    )
    firing.start(every_s=process.settings.worker.sweep_s)
    stack.push_async_callback(firing.stop)


noun = Noun(
    settings=(commands.ScheduleSettings,),
    pages=Pages(dynamic=frozenset({"schedules"})),
    handlers=handlers_of("schedules"),
    binds=_binds,
    routes=(Routes(80, schedules.router), Routes(84, schedules.of_workflows)),
    tag=(40, "Schedules", "Agents asked and workflows run at set times."),
    background=_start_firing,
)

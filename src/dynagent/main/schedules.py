"""Schedules, composed: who handles their messages, and what fires them."""

from contextlib import AsyncExitStack

from dynagent.application.commands import schedules as commands
from dynagent.application.queries import schedules as queries
from dynagent.application.shared.bus import Bus
from dynagent.core.shared.clock import Clock
from dynagent.infrastructure.cron.timetable import CronTimetable
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.schedule_firing import PostgresFiring
from dynagent.main.handlers import Scope
from dynagent.main.settings import Settings
from dynagent.main.signals import Signals

TIMETABLE = CronTimetable()


def register_schedules(bus: Bus[Scope], settings: Settings, clock: Clock) -> None:
    """Tell the bus who handles what."""

    def desk(scope: Scope) -> commands.ScheduleDesk:
        return commands.ScheduleDesk(
            scope.schedules, scope.agents, scope.uow, timetable=TIMETABLE, settings=settings.schedules, clock=clock
        )

    bus.register(commands.CreateSchedule, lambda scope: commands.CreateScheduleHandler(desk(scope)))
    bus.register(commands.ChangeSchedule, lambda scope: commands.ChangeScheduleHandler(desk(scope)))
    bus.register(commands.RemoveSchedule, lambda scope: commands.RemoveScheduleHandler(desk(scope)))
    bus.register(queries.GetSchedule, lambda scope: queries.GetScheduleHandler(scope.schedules, timetable=TIMETABLE))
    bus.register_free(queries.PreviewTimes, queries.PreviewTimesHandler(timetable=TIMETABLE))
    bus.register(queries.ListSchedules, lambda scope: queries.ListSchedulesHandler(scope.schedules))


def start_firing(settings: Settings, pool: Pool, signals: Signals, stack: AsyncExitStack) -> None:
    """Have this process fire what is due; the stack stops it."""
    firing = PostgresFiring(
        pool,
        TIMETABLE,
        signals.notify_soon,
        run_timeout_s=settings.submit.run_timeout_s,
        most_waiting=settings.submit.max_waiting_per_user,
    )
    firing.start(every_s=settings.worker.sweep_s)
    stack.push_async_callback(firing.stop)

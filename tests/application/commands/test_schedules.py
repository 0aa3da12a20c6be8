"""A schedule is made for an agent of the caller, changes with its next time, and shows when it fires."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dynagent.application.commands import schedules as commands
from dynagent.application.queries import schedules as queries
from dynagent.application.shared.caller import LOCAL_ADMIN, LOCAL_USER_ID
from dynagent.application.shared.resolver import Resolver
from dynagent.core.agents import AgentNotFound, AgentRepository
from dynagent.core.language_models import ChatModels
from dynagent.core.schedules import BadTimetable, Schedule, ScheduleNotFound, Schedules, Timetable, TooManySchedules
from dynagent.core.shared.clock import Clock
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.unit_of_work import UnitOfWork
from tests.fakes.agents import FakeAgents
from tests.fakes.language_models import FakeChatModels
from tests.fakes.secrets import FakeBox

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AGENT = new_id()


class Hourly:
    """A timetable whose next times are full hours; `bad` names none."""

    def after(self, cron: str, time_zone: str, moment: datetime, count: int = 1) -> list[datetime]:
        if cron == "bad":
            raise BadTimetable("no time")
        return [moment + timedelta(hours=hour) for hour in range(1, count + 1)]


class Kept(Schedules):
    def __init__(self) -> None:
        self.rows: dict[str, Schedule] = {}

    async def create(self, entity: Schedule) -> Schedule:
        self.rows[entity.id] = entity
        return entity

    async def get_by_id(self, id: str) -> Schedule | None:
        return self.rows.get(id)

    async def update(self, entity: Schedule) -> Schedule:
        self.rows[entity.id] = entity
        return entity

    async def delete(self, id: str) -> bool:
        return self.rows.pop(id, None) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Schedule]:
        return list(self.rows.values())

    async def find(self, agent_id: str | None, page: PageRequest, *, workflow_id: str | None = None) -> Page[Schedule]:
        rows = [row for row in self.rows.values() if agent_id in (None, row.agent_id)]
        return Page(items=rows, total=len(rows), skip=0, limit=100)


class Agents(FakeAgents):
    async def get_by_id(self, id: str) -> Any:
        return object() if id == AGENT else None


class Work:
    def __init__(self) -> None:
        self.commits = 0

    def record(self, event: Any) -> None: ...

    async def commit(self) -> None:
        self.commits += 1


class House:
    def __init__(self) -> None:
        self.kept, self.work = Kept(), Work()
        self.settings = commands.ScheduleSettings(max_schedules_per_user=3)
        self.resolver = Resolver(
            shared={
                AgentRepository: Agents(),
                ChatModels: FakeChatModels(),
                Clock: lambda: NOW,
                Schedules: self.kept,
                SealsSecrets: FakeBox(),
                Timetable: Hourly(),
                UnitOfWork: self.work,
                commands.ScheduleSettings: self.settings,
            }
        )

    async def create(self, **changes: Any) -> Schedule:
        fields: dict[str, Any] = {"agent_id": AGENT, "name": "n", "cron": "* * * * *", "query": "q", **changes}
        return await self.resolver.build(commands.CreateScheduleHandler)(commands.CreateSchedule(**fields), LOCAL_ADMIN)

    async def change(self, id: str, **changes: Any) -> Schedule:
        return await self.resolver.build(commands.ChangeScheduleHandler)(
            commands.ChangeSchedule(id, changes), LOCAL_ADMIN
        )


async def test_a_new_schedule_knows_its_next_time() -> None:
    house = House()
    made = await house.create()
    assert made.next_fire == NOW + timedelta(hours=1)
    assert made.user_id == LOCAL_USER_ID
    assert house.kept.rows == {made.id: made}
    assert house.work.commits == 1
    assert (await house.create(paused=True)).next_fire is None


@pytest.mark.parametrize("agent_id", ["01a1fbd1-034f-79b1-bf7b-77098bbc65ab", "no id"])
async def test_there_must_be_such_an_agent(agent_id: str) -> None:
    house = House()
    with pytest.raises(AgentNotFound):
        await house.create(agent_id=agent_id)
    made = await house.create()
    with pytest.raises(AgentNotFound):
        await house.change(made.id, agent_id=agent_id)
    assert house.work.commits == 1


async def test_a_user_has_so_many_and_no_more() -> None:
    house = House()
    for _ in range(3):
        await house.create()
    with pytest.raises(TooManySchedules) as refused:
        await house.create()
    assert refused.value.extra == {"limit": 3, "count": 3}
    assert len(house.kept.rows) == house.work.commits == 3


async def test_a_bad_timetable_stores_nothing() -> None:
    house = House()
    with pytest.raises(BadTimetable):
        await house.create(cron="bad")
    made = await house.create()
    with pytest.raises(BadTimetable):
        await house.change(made.id, cron="bad")
    assert house.kept.rows[made.id] == made


async def test_pausing_and_resuming() -> None:
    house = House()
    made = await house.create()
    paused = await house.change(made.id, paused=True)
    assert paused.next_fire is None
    assert paused.updated_at > made.updated_at
    assert (await house.change(made.id, paused=False, name="other")).next_fire == NOW + timedelta(hours=1)
    assert house.kept.rows[made.id].name == "other"


async def test_a_change_of_other_things_moves_no_time_that_is_due() -> None:
    """Else a schedule that is renamed in the seconds before it is fired would miss that time."""
    house = House()
    made = await house.create()
    due = house.kept.rows[made.id] = made.model_copy(update={"next_fire": NOW - timedelta(seconds=1)})
    assert (await house.change(made.id, name="other", query="else")).next_fire == due.next_fire
    assert (await house.change(made.id, cron="0 * * * *")).next_fire == NOW + timedelta(hours=1)
    house.kept.rows[made.id] = made.model_copy(update={"next_fire": None})
    assert (await house.change(made.id, name="one that was stopped")).next_fire == NOW + timedelta(hours=1)


async def test_removing() -> None:
    house = House()
    made = await house.create()
    remove = house.resolver.build(commands.RemoveScheduleHandler)
    await remove(commands.RemoveSchedule(made.id), LOCAL_ADMIN)
    assert house.kept.rows == {}
    with pytest.raises(ScheduleNotFound):
        await remove(commands.RemoveSchedule(made.id), LOCAL_ADMIN)


async def test_one_shows_its_next_five_times_and_a_paused_one_none() -> None:
    house = House()
    made = await house.create()
    get = queries.GetScheduleHandler(house.kept, timetable=Hourly(), clock=lambda: NOW)
    view = await get(queries.GetSchedule(made.id), LOCAL_ADMIN)
    assert len(view.next_times) == 5
    await house.change(made.id, paused=True)
    assert (await get(queries.GetSchedule(made.id), LOCAL_ADMIN)).next_times == ()
    with pytest.raises(ScheduleNotFound):
        await get(queries.GetSchedule(new_id()), LOCAL_ADMIN)


async def test_listing() -> None:
    house = House()
    await house.create()
    found = await queries.ListSchedulesHandler(house.kept)(queries.ListSchedules(AGENT), LOCAL_ADMIN)
    assert found.total == 1


async def test_times_are_previewed_before_anything_is_stored() -> None:
    preview = queries.PreviewTimesHandler(timetable=Hourly(), clock=lambda: NOW)
    times = await preview(queries.PreviewTimes("* * * * *", "Europe/Berlin"), LOCAL_ADMIN)
    assert times == [NOW + timedelta(hours=hour) for hour in range(1, 6)]
    with pytest.raises(BadTimetable):
        await preview(queries.PreviewTimes("bad"), LOCAL_ADMIN)


async def test_secrets_of_the_context_are_sealed_and_stay_where_they_are_masked() -> None:
    house = House()
    schedule = await house.create(context={"api_key": "k-4711", "city": "Ulm"})
    assert "k-4711" not in str(schedule.context)
    assert schedule.context["city"] == "Ulm"

    changed = await house.change(schedule.id, context={"api_key": "***", "city": "Bonn"})
    assert changed.context == {"api_key": schedule.context["api_key"], "city": "Bonn"}
    with pytest.raises(InvalidInput) as caught:
        await house.change(schedule.id, context={"nested": [{"token": {"$sealed": "forged"}}]})
    assert caught.value.violations[0].pointer == "/context/nested/0/token"

"""No command commits without an audit line: all of them are walked, with what they would have written."""

from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints

import pytest
from sqlalchemy import text

from dynagent.application.shared.caller import SYSTEM, Caller
from dynagent.application.shared.messages import Command, action_of
from dynagent.application.shared.resolver import message_of
from dynagent.core.agents import Agent, AgentConfiguration
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.unit_of_work import Scopes
from dynagent.main.engine import NOUNS
from tests.conftest import ScopeFor

HANDLERS = {message_of(handler): handler for noun in NOUNS for handler in noun.handlers}
COMMANDS = sorted((kind for kind in HANDLERS if issubclass(kind, Command)), key=lambda kind: kind.__name__)
AUDITED = [kind for kind in COMMANDS if not kind.unaudited]
WRITE = text("INSERT INTO chats (user_id, chat_id) VALUES (:user, :chat)")


def made(kind: type[Command[Any]]) -> Command[Any]:
    """Return a command whose fields without a default hold something."""
    message = object.__new__(kind)
    for field in fields(kind):  # pyright: ignore[reportArgumentType]
        default = field.default if field.default is not MISSING else None
        if field.default_factory is not MISSING:
            default = field.default_factory()
        object.__setattr__(message, field.name, "planted-secret" if not field.repr else (default or "x"))
    return message


async def lines_of(database: Database) -> list[Any]:
    return await database.pool.fetch("SELECT *, details::text AS said FROM audit_log ORDER BY id")


@pytest.mark.parametrize("kind", AUDITED, ids=lambda kind: kind.__name__)
async def test_a_command_that_writes_leaves_a_line(database: Database, kind: type[Command[Any]]) -> None:
    await database.pool.execute("TRUNCATE audit_log, chats")
    caller = Caller(new_id(), frozenset({"user"}), address="192.0.2.1")
    async with Scopes(database, deliver=lambda _: None).open(caller, made(kind)) as scope:
        await scope.session.execute(WRITE, {"user": caller.user_id, "chat": "c"})
        await scope.uow.commit()
    (line,) = await lines_of(database)
    assert (line["action"], str(line["actor_id"]), line["address"]) == (kind.audited_as, caller.user_id, "192.0.2.1")
    assert "planted-secret" not in line["said"]


async def test_what_wrote_nothing_leaves_none(database: Database) -> None:
    await database.pool.execute("TRUNCATE audit_log")
    async with Scopes(database, deliver=lambda _: None).open(Caller(new_id()), made(AUDITED[0])) as scope:
        await scope.session.execute(text("SELECT 1"))
        await scope.uow.commit()
    async with Scopes(database, deliver=lambda _: None).open(Caller(new_id()), made(AUDITED[0])) as scope:
        await scope.uow.commit()
    assert await lines_of(database) == []


async def test_a_transaction_that_is_not_committed_leaves_none(database: Database) -> None:
    await database.pool.execute("TRUNCATE audit_log")
    async with Scopes(database, deliver=lambda _: None).open(Caller(new_id()), made(AUDITED[0])) as scope:
        scope.uow.note("thing.done", ("thing", "1"))
    assert await lines_of(database) == []


async def test_a_line_of_the_handlers_takes_the_place_of_the_commands(database: Database) -> None:
    await database.pool.execute("TRUNCATE audit_log")
    owner = new_id()
    program = Caller(owner, frozenset({"user", "system"}))
    async with Scopes(database, deliver=lambda _: None).open(program, made(AUDITED[0])) as scope:
        scope.uow.note("thing.done", ("thing", "1"), api_key="planted-secret", why="because")
        await scope.uow.commit()
    (line,) = await lines_of(database)
    assert (line["action"], line["actor_id"], line["target_id"]) == ("thing.done", None, "1"), "the program did it"
    assert "planted-secret" not in line["said"] and owner in line["said"]


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_a_command_is_committed_by_the_unit_of_work_or_says_why_it_leaves_no_line(kind: type[Command[Any]]) -> None:
    ports = get_type_hints(HANDLERS[kind]).values()
    assert kind.unaudited or any(_commits(port) for port in ports), "it is audited, but nothing commits it"


def test_the_program_itself_is_nobody() -> None:
    assert "system" in SYSTEM.roles


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("CancelExecution", "execution.cancelled"),
        ("ForgetChat", "chat.forgotten"),
        ("CopyBigThing", "big_thing.copied"),
    ],
)
def test_a_command_is_called_by_its_name(name: str, action: str) -> None:
    assert action_of(name) == action


def _commits(port: Any) -> bool:
    if port is UnitOfWork:
        return True
    return isinstance(port, type) and any(hint is UnitOfWork for hint in get_type_hints(port).values())


async def test_what_is_written_twice_in_a_transaction_is_told_once(database: Database, scope_for: ScopeFor) -> None:
    await database.pool.execute("TRUNCATE audit_log")
    now = datetime.now(UTC)
    configuration = AgentConfiguration(name="Ada")
    agent = Agent.create(id=new_id(), user_id=new_id(), configuration=configuration, now=now)
    async with scope_for(agent.user_id) as scope:
        await scope.agents.create(agent)
        later = agent.with_status("disabled", now=agent.updated_at + timedelta(seconds=1))
        await scope.agents.update(later)
        await scope.uow.commit()
    async with scope_for(agent.user_id) as scope:
        await scope.agents.update(later.with_status("active", now=agent.updated_at + timedelta(seconds=2)))
        await scope.agents.delete(agent.id)
        await scope.uow.commit()
    async with scope_for(agent.user_id) as scope:
        await scope.agents.create(agent)
        await scope.agents.delete(agent.id)
        await scope.uow.commit()
    assert [line["action"] for line in await lines_of(database)] == ["agent.created", "agent.deleted"]

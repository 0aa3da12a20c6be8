"""The people of an installation, for commands of whoever has its environment."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from dynagent.application.queries.identity import ListUsers
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.cli.failures import CannotStart
from dynagent.core.identity import normal_email, normal_username
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.identity_sessions import PostgresPrincipals
from dynagent.infrastructure.postgres.migrations import check_schema
from dynagent.infrastructure.security.identity import Identity, make_identity
from dynagent.infrastructure.security.keyring import load_keyring
from dynagent.main.settings import Settings


@asynccontextmanager
async def open_identity(settings: Settings) -> AsyncGenerator[tuple[Database, Identity]]:
    """Open the database, whose schema must be this program's, and what knows its people."""
    database = Database(settings.database)
    try:
        await database.connect()
        await check_schema(database.pool)
        keys = load_keyring(settings.secrets, settings.database.data_dir, may_generate=settings.is_local)
        yield database, make_identity(settings.auth, keys, principals=PostgresPrincipals(database.pool))
    finally:
        await database.close()


async def user_id_of(login: str, bus: Bus) -> str:
    """Return the id of the user with this name or e-mail address. Raises CannotStart."""
    found = await bus.send(ListUsers(login, PageRequest(limit=500)), LOCAL_ADMIN)
    names = {normal_username(login), normal_email(login)}
    user = next((user for user in found.items if names & {user.username, user.email}), None)
    if user is None:
        raise CannotStart(f"there is no user {login!r}")
    return user.id

"""`dynagent users …`: for whoever has the server's environment, also when nobody can sign in any more."""

from dynagent.application.commands.identity import IssuePasswordLink, NewPasswordLink
from dynagent.application.queries.identity import ListUsers
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.cli.failures import CannotStart, run
from dynagent.core.identity import normal_email, normal_username
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.observability.logging import configure_logging
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.identity_sessions import PostgresPrincipals
from dynagent.infrastructure.postgres.migrations import check_schema
from dynagent.infrastructure.security.identity import make_identity
from dynagent.infrastructure.security.keyring import load_keyring
from dynagent.main.nouns.identity import bus_over
from dynagent.main.settings import Settings


def run_password_link(login: str) -> int:
    """Print a link with which the user of this name or e-mail address sets a new password; return the exit code."""

    async def main() -> int:
        settings = Settings()
        configure_logging(settings.log)
        database = Database(settings.database)
        await database.connect()
        try:
            await check_schema(database.pool)
            keys = load_keyring(settings.secrets, settings.database.data_dir, may_generate=settings.is_local)
            bus = bus_over(database, make_identity(settings.auth, keys, principals=PostgresPrincipals(database.pool)))
            made = await _link_for(bus, login)
        finally:
            await database.close()
        print(f"dynagent: open /setup#password={made.token} of this server to set the password (once)")
        print(f"dynagent: it can be used until {made.expires_at:%Y-%m-%d %H:%M} UTC")
        return 0

    return run(main)


async def _link_for(bus: Bus, login: str) -> NewPasswordLink:
    found = await bus.send(ListUsers(login, PageRequest(limit=500)), LOCAL_ADMIN)
    names = {normal_username(login), normal_email(login)}
    user = next((user for user in found.items if names & {user.username, user.email}), None)
    if user is None:
        raise CannotStart(f"there is no user {login!r}")
    return await bus.send(IssuePasswordLink(user.id), LOCAL_ADMIN)

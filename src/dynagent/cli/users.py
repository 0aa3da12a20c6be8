"""`dynagent users …`: for whoever has the server's environment, also when nobody can sign in any more."""

from dynagent.application.commands.identity import IssuePasswordLink
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.cli.failures import run
from dynagent.cli.people import open_identity, user_id_of
from dynagent.infrastructure.observability.logging import configure_logging
from dynagent.main.nouns.identity import bus_over
from dynagent.main.settings import Settings


def run_password_link(login: str) -> int:
    """Print a link with which the user of this name or e-mail address sets a new password; return the exit code."""

    async def main() -> int:
        settings = Settings()
        configure_logging(settings.log)
        async with open_identity(settings) as (database, identity):
            bus = bus_over(database, identity)
            made = await bus.send(IssuePasswordLink(await user_id_of(login, bus)), LOCAL_ADMIN)
        print(f"dynagent: open /setup#password={made.token} of this server to set the password (once)")
        print(f"dynagent: it can be used until {made.expires_at:%Y-%m-%d %H:%M} UTC")
        return 0

    return run(main)

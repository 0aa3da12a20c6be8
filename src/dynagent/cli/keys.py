"""`dynagent keys …`."""

from dynagent.cli.failures import CannotStart, run
from dynagent.infrastructure.observability.logging import LogSettings, configure_logging
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.migrations import check_schema
from dynagent.infrastructure.postgres.sealed import seal_anew
from dynagent.infrastructure.redis.settings import RedisSettings
from dynagent.infrastructure.security.keyring import FILE_NAME, SecretSettings, forget_old, load_keyring, rotate_file
from dynagent.infrastructure.security.secret_box import SecretBox


def run_rotate() -> int:
    """Seal every stored key with the current secret key and say what to do next; return the exit code."""

    async def main() -> int:
        configure_logging(LogSettings())
        settings, secrets = DatabaseSettings(), SecretSettings()
        in_file = secrets.secret_key is None
        if in_file and not (settings.data_dir / FILE_NAME).exists():
            raise CannotStart("there is no secret key to rotate: SECRET_KEY is not set and no server has made one yet")
        database = Database(settings)
        await database.connect()
        try:
            await check_schema(database.pool)
            if in_file:
                rotate_file(settings.data_dir)
            box = SecretBox(load_keyring(secrets, settings.data_dir, may_generate=in_file))
            count, agents = await seal_anew(database, box)
        finally:
            await database.close()
        await _forget_copies(agents)
        print(f"dynagent: {count} stored secrets are encrypted with the current secret key")
        if in_file:
            forget_old(settings.data_dir)
            print("dynagent: restart running servers now; they do not know the new secret key yet")
        elif secrets.secret_keys_old is not None:
            print("dynagent: once every server runs with the new SECRET_KEY, remove SECRET_KEYS_OLD")
        return 0

    return run(main)


async def _forget_copies(agents: list[str]) -> None:
    """Remove the copies of agents from Redis: they hold what the old key has sealed."""
    settings = RedisSettings()
    if settings.url is None or not agents:
        return
    # A process without Redis never imports its client.
    from dynagent.infrastructure.redis.client import forget

    if not await forget(settings, [f"agent:{id}" for id in agents]):
        print("dynagent: Redis is away; keep the old secret key for an hour, until the copies in Redis have ended")

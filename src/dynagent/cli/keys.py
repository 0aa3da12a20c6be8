"""`dynagent keys …`."""

from dynagent.cli.failures import CannotStart, run
from dynagent.infrastructure.observability.logging import LogSettings, configure_logging
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.language_models_stored import seal_anew
from dynagent.infrastructure.postgres.migrations import check_schema
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
            count = await seal_anew(database, box, is_current=box.is_current)
        finally:
            await database.close()
        print(f"dynagent: {count} stored keys are encrypted with the current secret key")
        if in_file:
            forget_old(settings.data_dir)
            print("dynagent: restart running servers now; they do not know the new secret key yet")
        elif secrets.secret_keys_old is not None:
            print("dynagent: once every server runs with the new SECRET_KEY, remove SECRET_KEYS_OLD")
        return 0

    return run(main)

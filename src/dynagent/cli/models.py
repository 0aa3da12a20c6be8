"""`dynagent models …`: models that people keep, and those at the endpoint that the environment names."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from dynagent.application.shared.caller import LOCAL_USER_ID
from dynagent.cli.failures import CannotStart, run
from dynagent.core.language_models import Tried
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings

if TYPE_CHECKING:
    from dynagent.infrastructure.llm.trials import Trials
    from dynagent.infrastructure.security.identity import Identity
    from dynagent.main.settings import Settings

MARKS = {True: "yes", False: "no ", None: "?  "}


def run_try(name: str | None, *, as_json: bool, login: str | None = None) -> int:
    """Try a model out and print what it can and cannot do; the exit code is 1 when it does not answer at all.

    A stored model of this name or id is tried, one of `login`'s or one for all; else the one at the endpoint that the
    environment names. What a stored one shows is stored with it.
    """
    return run(lambda: try_out(name, as_json=as_json, login=login))


async def try_out(name: str | None, *, as_json: bool, login: str | None = None) -> int:
    """As `run_try`, on the loop that runs. Raises CannotStart."""
    async with AsyncExitStack() as stack:
        trial = await _stored_trial(name, login, stack) if name is not None else None
        return await _show(trial or _InstalledTrial(name, stack), as_json=as_json)


async def _show(trial: "_StoredTrial | _InstalledTrial", *, as_json: bool) -> int:
    tried: list[Tried] = []
    async for item in trial.results():
        tried.append(item)
        if not as_json:
            print(f"{MARKS[item.works]} {item.name:18} {item.words}", flush=True)
    left_out = trial.left_out()
    if as_json:
        results = {item.name: {"works": item.works, "words": item.words} for item in tried}
        print(json.dumps({"model": trial.name, "results": results, "left_out": left_out}))
    elif left_out:
        print(f"    refused, and left out from then on: {', '.join(left_out)}")
    return 0 if len(tried) > 1 else 1


class _InstalledTrial:
    """A model at the configured endpoint. Raises CannotStart when there is none of this name."""

    def __init__(self, name: str | None, stack: AsyncExitStack) -> None:
        # A command that asks nobody imports no client.
        from dynagent.infrastructure.llm.factory import InstalledModels, ModelSettings

        self._models = InstalledModels(ModelSettings())
        stack.push_async_callback(self._models.aclose)
        if name is not None and not self._models.knows(name):
            words = "no model of this name is stored, and no endpoint is set (OPENAI_API_KEY or OPENAI_BASE_URL)"
            raise CannotStart(f"there is no model {name!r}: {words}")
        self._asked = name
        self.name = name or self._models.default

    def results(self) -> AsyncIterator[Tried]:
        """Return what comes of each question."""
        from dynagent.infrastructure.llm.battery import Battery

        return Battery(self._models.get(self._asked)).run()

    def left_out(self) -> list[str]:
        """Return what was refused."""
        return sorted(self._models.left_out(self._asked))


class _StoredTrial:
    """A model that somebody keeps."""

    def __init__(self, name: str, results: AsyncIterator[Tried], endpoints_refused: "_Refused") -> None:
        self.name = name
        self._results = results
        self._refused = endpoints_refused

    def results(self) -> AsyncIterator[Tried]:
        """Return what comes of each question; what was shown is stored at the end."""
        return self._results

    def left_out(self) -> list[str]:
        """Return what was refused."""
        return self._refused()


class _Refused:
    """Gathers the parts that are noted as refused while the trial goes on."""

    def __init__(self) -> None:
        self._parts: set[str] = set()

    def __call__(self) -> list[str]:
        """Return them, sorted."""
        return sorted(self._parts)

    def note(self, model_id: str, part: str, until_s: float) -> None:
        """Take one."""
        self._parts.add(part)


async def _stored_trial(name: str, login: str | None, stack: AsyncExitStack) -> _StoredTrial | None:
    """Return the trial of a stored model, None when there is none of this name. Raises CannotStart."""
    where = DatabaseSettings()
    if where.database_url is None and not (where.data_dir / "postgres").exists():
        return None
    # late: who tries the endpoint of the environment needs none of it.
    from dynagent.cli.people import open_identity, user_id_of
    from dynagent.infrastructure.postgres.language_models_stored import StoredModels
    from dynagent.main.nouns.identity import bus_over
    from dynagent.main.settings import Settings

    settings = Settings()
    database, identity = await stack.enter_async_context(open_identity(settings))
    user_id = LOCAL_USER_ID if login is None else await user_id_of(login, bus_over(database, identity))
    records = (await StoredModels(database).of_user(user_id)).records
    record = next((one for one in records if name in (one.name, one.id)), None)
    if record is None:
        return None
    refused = _Refused()
    trials = await _open_trials(settings, database, identity, refused, stack=stack)
    return _StoredTrial(record.name, trials.run(record, user_id), refused)


async def _open_trials(
    settings: "Settings", database: Database, identity: "Identity", refused: _Refused, *, stack: AsyncExitStack
) -> "Trials":
    from dynagent.infrastructure.llm.health import HealthNotes
    from dynagent.infrastructure.llm.opening import open_models
    from dynagent.infrastructure.llm.prices import GenaiPrices
    from dynagent.infrastructure.llm.trials import Trials
    from dynagent.infrastructure.llm.usage import UsageMeter
    from dynagent.infrastructure.postgres.language_models_stored import StoredModels
    from dynagent.infrastructure.postgres.model_health import HealthStore

    notes = HealthNotes(observe=refused.note)
    opened = open_models(
        settings.models,
        settings.providers,
        StoredModels(database).of_user,
        settings.models_outbound,
        box=identity.box,
        rates=identity.throttle,
        meter=UsageMeter(GenaiPrices()),
        notes=notes,
    )
    models = await stack.enter_async_context(opened)
    return Trials(models, notes, HealthStore(database.pool, notes).store_trial)

"""How the command line fails: one line on standard error that says what is wrong and what to do, exit code 1."""

import asyncio
import atexit
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn

from dynagent.core.shared.errors import DynagentError


class CannotStart(Exception):
    """Something outside this program keeps the command from running; the text is for people, one line."""


def run(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a command's coroutine on uvloop and return its exit code; refusals become one line.

    A signal to stop cancels it, so that whatever it started ends with it.
    """
    import pydantic
    import pydantic_settings
    import uvloop

    from dynagent.cli.signals import stop_signals

    async def stoppable() -> int:
        with stop_signals():
            return await main()

    try:
        return uvloop.run(stoppable())
    except (CannotStart, DynagentError) as error:
        return refuse(str(error))
    except (pydantic.ValidationError, pydantic_settings.SettingsError) as error:
        return refuse(f"a setting is wrong: {'; '.join(wrong_settings(error))}")
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def leave(code: int) -> NoReturn:
    """End this process at once with an exit code: Python would take its hundred megabytes apart piece by piece."""
    sys.stdout.flush()
    sys.stderr.flush()
    atexit._run_exitfuncs()
    os._exit(code)


def refuse(reason: str) -> int:
    """Print the line and return the exit code 1."""
    print(f"dynagent: {' '.join(reason.split())}", file=sys.stderr, flush=True)
    return 1


def wrong_settings(error: Any) -> list[str]:
    """Return what is wrong, as `NAME: rule`: a setting's name in the environment, never its value (a secret perhaps).

    `error` is what pydantic or pydantic-settings raised while a settings model was read.
    """
    if not hasattr(error, "errors"):
        # Raised before validation, by a value that should have been JSON; it names the field only.
        field = re.search(r'field "(\w+)"', str(error))
        return [f"{_variable(None, field[1]) if field else 'one of them'}: must be JSON"]
    return [
        f"{_variable(error.title, str(item['loc'][0]) if item['loc'] else '')}: "
        + str(item["msg"]).removeprefix("Value error, ")
        for item in error.errors()
    ]


def _variable(model: str | None, field: str) -> str:
    for settings in _settings_models():
        if field in settings.model_fields and model in (None, settings.__name__):
            return (str(settings.model_config.get("env_prefix") or "") + field).upper()
    return field.upper()


def _settings_models() -> Iterator[Any]:
    import pydantic_settings

    waiting: list[Any] = pydantic_settings.BaseSettings.__subclasses__()
    while waiting:
        yield (settings := waiting.pop())
        waiting += settings.__subclasses__()

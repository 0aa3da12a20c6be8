"""How the command line fails: one line on standard error that says what is wrong and what to do, exit code 1."""

import atexit
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from dynagent.core.shared.errors import DynagentError


class CannotStart(Exception):
    """Something outside this program keeps the command from running; the text is for people, one line."""


def run(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a command's coroutine on uvloop and return its exit code; refusals become one line."""
    import pydantic
    import uvloop

    try:
        return uvloop.run(main())
    except (CannotStart, DynagentError) as error:
        return refuse(str(error))
    except pydantic.ValidationError as error:
        return refuse(_settings_line(error))
    except KeyboardInterrupt:
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


def _settings_line(error: Any) -> str:
    # A wrong setting: its name and rule, never its value, which may be a secret.
    found = (f"{'.'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors())
    return f"a setting is wrong: {'; '.join(found)}"

"""From the errors of drivers to those of the domain: one table, for the unit of work and users of the raw pool."""

import socket
from collections.abc import Generator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dynagent.core.shared.errors import Conflict, DynagentError, InvalidInput, StorageAway, Unavailable

RETRY_AFTER_S = 2.0
DRIVER_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    SQLAlchemyError,
    OSError,
    UnicodeError,
)
"""Everything that a statement can fail with; to be handed to `translated`."""

_refusals: dict[str, tuple[type[Conflict], str]] = {}
"""Name of a constraint → the domain's refusal."""

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InterfaceError,
    # What asyncpg says of itself when its connection went away between two of its own steps.
    asyncpg.InternalClientError,
    OSError,
)
"""Driver errors that mean: the database is away or full; the same request may work in a moment."""

_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (asyncpg.InvalidPasswordError, "user or password is wrong"),
    (asyncpg.InvalidAuthorizationSpecificationError, "the server refuses this user"),
    (asyncpg.InvalidCatalogNameError, "the database does not exist"),
    (asyncpg.CannotConnectNowError, "the server is starting up or shutting down"),
    (asyncpg.TooManyConnectionsError, "the server has no connection left"),
    (ConnectionRefusedError, "nobody listens there"),
    (FileNotFoundError, "there is no socket"),
    (socket.gaierror, "its host name is not known here"),
    (TimeoutError, "it does not answer in time"),
)


class DatabaseUnreachable(StorageAway):
    """The database cannot be reached; the text is one line that says where and why."""

    code = "database_unreachable"


def unreachable(error: Exception, *, place: str) -> DatabaseUnreachable:
    """Return the error that says in one line why the database at `place` cannot be used."""
    advice = next((words for kind, words in _ADVICE if isinstance(error, kind)), None)
    words = advice or " ".join(str(error).split())[:300] or type(error).__name__
    return DatabaseUnreachable(f"the database {place} cannot be reached: {words}", retry_after_s=RETRY_AFTER_S)


@contextmanager
def in_our_words() -> Generator[None]:
    """Raise the domain's errors for those of the driver, for users of the raw pool outside of any unit of work."""
    try:
        yield
    except Exception as error:
        known = translated(error)
        if known is None:
            raise
        raise known from error


def refuse(constraint: str, error: type[Conflict], words: str) -> None:
    """Have a violation of this constraint told as the domain's error; said beside the table that has it."""
    _refusals[constraint] = (error, words)


def translated(error: BaseException) -> DynagentError | None:
    """Return what a driver's error means to the domain, None when it means nothing but a defect of ours."""
    if isinstance(error, PoolTimeout):
        return Unavailable("all connections to the database are in use", retry_after_s=RETRY_AFTER_S)
    cause = error.driver_exception if isinstance(error, DBAPIError) else error
    if isinstance(cause, asyncpg.DataError | UnicodeError):
        return InvalidInput("a value cannot be stored: a text holds NUL or half a character, or a number is too large")
    if isinstance(cause, asyncpg.IntegrityConstraintViolationError):
        refusal = _refusals.get(getattr(cause, "constraint_name", None) or "")
        return refusal[0](refusal[1]) if refusal else None
    if isinstance(cause, _AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return DatabaseUnreachable("the database is away for a moment", retry_after_s=RETRY_AFTER_S)
    return None

"""Keys for programs, tickets for streams, and whom a credential stands for."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime

from dynagent.application.commands.identity.sessions import AuditTrail, Rules
from dynagent.application.shared.access import ANYBODY, Access
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import ExecutionNotFound, Executions
from dynagent.core.identity import (
    KEY_PREFIX,
    MAX_ACCESS_KEYS,
    TICKET_PREFIX,
    AccessKey,
    AccessKeyNotFound,
    AccessKeys,
    AccessTokens,
    BadToken,
    NewSecret,
    Principal,
    Principals,
    StreamTicket,
    StreamTickets,
    TooManyAccessKeys,
    fingerprint,
    key_hint,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, is_id, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewAccessKey:
    """A key as it is shown once."""

    key: AccessKey
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CreateAccessKey(Command[NewAccessKey], needs="account:write", raises=(InvalidInput, TooManyAccessKeys)):
    """Make a key for a program. Raises InvalidInput (unknown scope, expiry in the past), TooManyAccessKeys."""

    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None


@dataclass(frozen=True)
class RevokeAccessKey(Command[None], needs="account:write", raises=(AccessKeyNotFound,)):
    """Void a key. Raises AccessKeyNotFound."""

    key_id: str


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket as it is shown once."""

    ticket: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class IssueStreamTicket(
    Command[NewTicket],
    needs="tickets:write",
    raises=(ExecutionNotFound,),
    unaudited="a ticket reads one trace for a minute, and every page that follows one takes some",
):
    """Let an EventSource of the caller follow one execution for a minute. Raises ExecutionNotFound."""

    execution_id: str


@dataclass(frozen=True, kw_only=True)
class Authenticate(
    Command[Caller],
    needs=ANYBODY,
    raises=(BadToken,),
    scope="none",
    unaudited="it is part of every request; what the request does is told",
):
    """Tell whom a credential stands for. Raises BadToken. A `ticket` is accepted where tickets are allowed only.

    It is asked before everything else and needs one statement, so it holds no session.
    """

    token: str = field(repr=False)
    ticket: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAccessKeyHandler:
    """Handles CreateAccessKey."""

    uow: UnitOfWork
    new_secret: NewSecret
    trail: AuditTrail
    keys: AccessKeys
    access: Access
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: CreateAccessKey, caller: Caller) -> NewAccessKey:
        """Return the key with its secret, which nobody can be told again."""
        now = self.clock()
        _check_wish(message, self.access.scopes_of(caller.roles), now)
        if len(await self.keys.list_own()) >= MAX_ACCESS_KEYS:
            raise TooManyAccessKeys(f"you have {MAX_ACCESS_KEYS} access keys; revoke one first")
        secret = self.new_secret(KEY_PREFIX)
        key = AccessKey(
            id=self.new_id(),
            user_id=caller.user_id,
            name=message.name,
            hint=key_hint(secret),
            key_hash=fingerprint(secret),
            scopes=tuple(sorted(set(message.scopes))),
            expires_at=message.expires_at,
            created_at=now,
        )
        await self.keys.add(key)
        await self.trail.note(
            "access_key.created", caller=caller, target=("access_key", key.id), scopes=list(key.scopes)
        )
        await self.uow.commit()
        return NewAccessKey(key, secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeAccessKeyHandler:
    """Handles RevokeAccessKey."""

    uow: UnitOfWork
    trail: AuditTrail
    keys: AccessKeys
    clock: Clock = utc_now

    async def __call__(self, message: RevokeAccessKey, caller: Caller) -> None:
        """Void the key at once."""
        if not is_id(message.key_id) or not await self.keys.revoke(message.key_id, self.clock()):
            raise AccessKeyNotFound(f"there is no access key {message.key_id!r}")
        await self.trail.note("access_key.revoked", caller=caller, target=("access_key", message.key_id))
        await self.uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueStreamTicketHandler:
    """Handles IssueStreamTicket."""

    uow: UnitOfWork
    new_secret: NewSecret
    rules: Rules
    tickets: StreamTickets
    executions: Executions
    clock: Clock = utc_now

    async def __call__(self, message: IssueStreamTicket, caller: Caller) -> NewTicket:
        """Return the ticket; the execution must be one that the caller may see."""
        execution = await self.executions.existing(message.execution_id)
        secret = self.new_secret(TICKET_PREFIX)
        expires_at = self.clock() + self.rules.ticket_lifetime
        ticket = StreamTicket(
            token_hash=fingerprint(secret), user_id=caller.user_id, execution_id=execution.id, expires_at=expires_at
        )
        await self.tickets.add(ticket)
        await self.uow.commit()
        return NewTicket(secret, expires_at)


@dataclass(frozen=True, slots=True)
class AuthenticateHandler:
    """Handles Authenticate."""

    principals: Principals
    access: AccessTokens
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: Authenticate, caller: Caller) -> Caller:
        """Return the caller that the credential stands for."""
        principal = await self._principal(message)
        if principal is None:
            raise BadToken("the token, key or ticket is unknown, expired or revoked")
        scopes = frozenset({"executions:read"}) if principal.execution_id else principal.scopes
        return Caller(
            user_id=principal.user_id,
            roles=frozenset({principal.role}),
            scopes=scopes,
            execution_id=principal.execution_id,
            session_id=principal.session_id,
            address=message.address,
        )

    async def _principal(self, message: Authenticate) -> Principal | None:
        token, now = message.token, self.clock()
        if token.startswith(TICKET_PREFIX):
            return await self.principals.of_ticket(fingerprint(token), now) if message.ticket else None
        if message.ticket:
            return None
        if token.startswith(KEY_PREFIX):
            return await self.principals.of_access_key(fingerprint(token), now)
        return await self.principals.of_session(self.access.read(token, now), now)


def _check_wish(message: CreateAccessKey, possible: Sequence[str], now: datetime) -> None:
    violations = [
        Violation("/scopes", "known_scope", f"{scope!r} cannot be given to a key; possible: {', '.join(possible)}")
        for scope in message.scopes
        if scope not in possible
    ]
    if not message.scopes:
        violations.append(Violation("/scopes", "too_short", "name at least one scope"))
    if message.expires_at is not None and message.expires_at <= now:
        violations.append(Violation("/expires_at", "in_future", "must lie in the future"))
    if violations:
        raise InvalidInput("this key cannot be made", violations=violations)

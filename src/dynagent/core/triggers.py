"""Triggers: a signed message from outside starts an agent or a workflow, each message once.

Signatures are those of Standard Webhooks: HMAC-SHA256 over `<id>.<timestamp>.<body>`, in Base64, after `v1,`. Source:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.errors import Conflict, DynagentError, ErrorKind, NotFound, StaleVersion
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository

knows = frozenset({"agents", "workflows"})
"""The nouns whose core ports its commands and queries may use."""

PREFIX = "whsec_"
SECRET_BYTES = 32
MAX_SIGNATURES = 10
"""How many signatures a sender may give: while it changes its secret it signs with both."""
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class TriggerNotFound(NotFound):
    """No trigger under this id."""

    code = "trigger_not_found"


class TriggerChangedMeanwhile(StaleVersion):
    """Somebody else changed the trigger since it was read; read it again."""

    code = "trigger_changed_meanwhile"


class TooManyTriggers(Conflict):
    """The owner has as many triggers as he may; `extra` has `limit` and `count`."""

    code = "too_many_triggers"


class BadSignature(DynagentError):
    """A message that is not signed, or not with the trigger's secret."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "bad_signature"


class OutsideReplayWindow(DynagentError):
    """A message whose time is too far from now: somebody may be sending an old one again."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "outside_replay_window"


class TriggerDisabled(Conflict):
    """The trigger, or its owner, is switched off."""

    code = "trigger_disabled"


class Trigger(BaseModel):
    """What a signed message starts: an agent, asked `query`, or a workflow with `inputs`; it has one of the two.

    `query` is a template (`{{ payload.order.id }}`, `{name}`; empty: the payload itself), `inputs` maps names to paths
    (`payload.order.id`; none: the whole payload as `payload`). A message may be `replay_window_s` seconds old or early.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    agent_id: str | None = None
    workflow_id: str | None = None
    name: str = Field(min_length=1, max_length=255)
    query: str = Field(default="", max_length=20_000)
    inputs: dict[str, str] = Field(default_factory=dict)
    replay_window_s: int = Field(default=300, ge=10, le=86_400)
    enabled: bool = True
    secret_encrypted: str = Field(repr=False)
    created_at: datetime
    updated_at: datetime


class Triggers(BaseRepository[Trigger]):
    """The owner's triggers. `update` refuses with TriggerChangedMeanwhile what was read before the last change."""

    noun = "trigger"
    not_found = TriggerNotFound

    async def find(self, page: PageRequest) -> Page[Trigger]:
        """Return a page, newest first."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class KnownTrigger:
    """A trigger of anybody's with the roles that its owner has now; `owner_disabled`: he may do nothing."""

    trigger: Trigger
    roles: frozenset[str]
    owner_disabled: bool = False


class KnownTriggers(Protocol):
    """The triggers of all owners, for messages that only a signature says the sender of."""

    async def get(self, trigger_id: str) -> KnownTrigger | None:
        """Return one, or None."""
        ...


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A message from outside as it came in: its body and the headers that count, None where they are missing."""

    body: bytes = field(repr=False)
    id: str | None
    timestamp: str | None
    signature: str | None = field(repr=False)

    def check(self, secret: str, *, now: datetime, window_s: float) -> str:
        """Return its id. Raises BadSignature, OutsideReplayWindow."""
        if self.id is None or self.timestamp is None or self.signature is None:
            raise BadSignature("sign it: webhook-id, webhook-timestamp and webhook-signature are needed")
        if _ID.fullmatch(self.id) is None or _SECONDS.fullmatch(self.timestamp) is None:
            raise BadSignature("webhook-id has 1 to 200 printable characters, webhook-timestamp is seconds since 1970")
        expected = signature_of(secret, self.id, self.timestamp, self.body)
        given = self.signature.split()[:MAX_SIGNATURES]
        if not any(hmac.compare_digest(expected.encode(), item.encode()) for item in given):
            raise BadSignature("webhook-signature does not fit the id, the timestamp and the body")
        if abs(now.timestamp() - int(self.timestamp)) > window_s:
            raise OutsideReplayWindow(f"webhook-timestamp is more than {window_s:g} s from now")
        return self.id


def signature_of(secret: str, id: str, timestamp: str, body: bytes) -> str:
    """Return what a message is signed with: `v1,` and the HMAC in Base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


NewSecret = Callable[[], str]
"""Makes the secret of a trigger."""


def new_secret() -> str:
    """Return a secret of 32 random bytes: `whsec_` and Base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a message is to start for whom; `key` makes it start one run at most."""

    user_id: str
    roles: frozenset[str]
    key: str
    agent_id: str | None = None
    query: str = ""
    workflow_id: str | None = None
    inputs: Mapping[str, object] = field(default_factory=dict[str, object])

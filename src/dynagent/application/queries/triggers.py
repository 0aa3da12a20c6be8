"""Questions about triggers, and what a message that came in is to start."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from dynagent.application.shared.access import ANYBODY
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, MalformedInput, Violation
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.text import clean_json
from dynagent.core.triggers import (
    BadSignature,
    Delivery,
    KnownTriggers,
    OutsideReplayWindow,
    SignedMessage,
    Trigger,
    TriggerDisabled,
    TriggerNotFound,
    Triggers,
)
from dynagent.core.workflows import MissingValue, render, text_of, value_at

MAX_QUERY = 100_000


@dataclass(frozen=True)
class GetTrigger(Query[Trigger], needs="triggers:read", raises=(TriggerNotFound,)):
    """One trigger. Raises TriggerNotFound."""

    trigger_id: str


@dataclass(frozen=True)
class ListTriggers(Query[Page[Trigger]], needs="triggers:read", raises=(MalformedInput,)):
    """A page of the caller's triggers, newest first. Raises MalformedInput on a forged cursor."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ReadDelivery(
    Query[Delivery],
    needs=ANYBODY,
    raises=(TriggerNotFound, BadSignature, OutsideReplayWindow, TriggerDisabled, MalformedInput, InvalidInput),
):
    """What a signed message is to start; whoever has signed it, has the trigger's secret.

    Raises TriggerNotFound, BadSignature, OutsideReplayWindow, TriggerDisabled, MalformedInput for a body that is no
    JSON, InvalidInput for a payload without what the trigger takes from it.
    """

    trigger_id: str
    signed: SignedMessage


@dataclass(frozen=True, slots=True)
class GetTriggerHandler:
    """Handles GetTrigger."""

    triggers: Triggers

    async def __call__(self, message: GetTrigger, caller: Caller) -> Trigger:
        """Return the trigger."""
        return await self.triggers.existing(message.trigger_id)


@dataclass(frozen=True, slots=True)
class ListTriggersHandler:
    """Handles ListTriggers."""

    triggers: Triggers

    async def __call__(self, message: ListTriggers, caller: Caller) -> Page[Trigger]:
        """Return the page."""
        return await self.triggers.find(message.page)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDeliveryHandler:
    """Handles ReadDelivery."""

    known: KnownTriggers
    box: SealsSecrets
    clock: Clock = utc_now

    async def __call__(self, message: ReadDelivery, caller: Caller) -> Delivery:
        """Return it: the signature is checked before anything of the message is read."""
        found = await self.known.get(message.trigger_id) if is_id(message.trigger_id) else None
        if found is None:
            raise TriggerNotFound(f"there is no trigger {message.trigger_id!r}")
        trigger = found.trigger
        secret = self.box.open(trigger.secret_encrypted, row=trigger.id)
        id = message.signed.check(secret, now=self.clock(), window_s=trigger.replay_window_s)
        if found.owner_disabled or not trigger.enabled:
            raise TriggerDisabled("the trigger is switched off: nothing was started")
        payload = _payload(message.signed.body)
        common: dict[str, Any] = {"user_id": trigger.user_id, "roles": found.roles, "key": f"trigger:{trigger.id}:{id}"}
        if trigger.workflow_id is not None:
            return Delivery(workflow_id=trigger.workflow_id, inputs=_inputs(trigger, payload), **common)
        return Delivery(agent_id=trigger.agent_id, query=_query(trigger, payload), **common)


def _payload(body: bytes) -> Any:
    try:
        return clean_json(json.loads(body, parse_constant=_refuse_constant))
    except (ValueError, RecursionError):
        raise MalformedInput("the body of the message is no JSON") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _inputs(trigger: Trigger, payload: Any) -> dict[str, Any]:
    if not trigger.inputs:
        return {"payload": payload}
    inputs: dict[str, Any] = {}
    missing: list[Violation] = []
    for name, path in trigger.inputs.items():
        try:
            inputs[name] = value_at({"payload": payload}, path)
        except MissingValue as error:
            missing.append(Violation(_pointer(path), "required", f"the input {name!r} is taken from here: {error}"))
    if missing:
        raise InvalidInput("the payload lacks what the trigger takes from it", violations=missing)
    return inputs


def _query(trigger: Trigger, payload: Any) -> str:
    if not trigger.query:
        query = text_of(payload)
    else:
        named = cast("Mapping[str, Any]", payload) if isinstance(payload, dict) else dict[str, Any]()
        try:
            query = render(trigger.query, {"payload": payload, "inputs": named})
        except MissingValue as error:
            found = Violation("", "required", f"the query is made of the payload: {error}")
            raise InvalidInput("the payload lacks what the trigger takes from it", violations=[found]) from None
    if not query.strip() or len(query) > MAX_QUERY:
        found = Violation("", "length", f"the query became {len(query)} characters; it must have 1 to {MAX_QUERY}")
        raise InvalidInput("the payload makes no query", violations=[found])
    return query


def _pointer(path: str) -> str:
    """Return the place in the payload that a path names."""
    return "".join(f"/{part.strip()}" for part in path.partition("??")[0].split(".")[1:])

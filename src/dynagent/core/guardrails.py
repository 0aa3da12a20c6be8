"""Guardrails: the rules that an agent's input, output and tool calls must pass, stored per agent."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pydantic
from pydantic import Field

from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, InvalidInput, NotFound, StaleVersion, Violation
from dynagent.core.shared.guards import CONFIGS, REDACTING, GuardRule
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository

knows = frozenset({"agents", "language_models"})
"""The nouns whose core ports its commands and queries may use."""

MAX_GUARDRAILS = 50

ConfigFault = Callable[[GuardRule], Violation | None]
"""The port: what keeps a rule's pattern or schema from being used; its pointer leads from `/config` on."""


class GuardrailNotFound(NotFound):
    """The agent has no guardrail with this id."""

    code = "guardrail_not_found"


class GuardrailChangedMeanwhile(StaleVersion):
    """Somebody else changed the guardrail since it was read; read it again."""

    code = "guardrail_changed_meanwhile"


class TooManyGuardrails(Conflict):
    """The agent has as many guardrails as it may; `extra` has `limit`."""

    code = "too_many_guardrails"


class Guardrail(GuardRule):
    """A rule of one agent; runs that begin while it is not `enabled` go without it."""

    user_id: str
    agent_id: str
    name: str = Field(min_length=1, max_length=255)
    enabled: bool = True
    created_at: datetime
    updated_at: datetime

    def changed(self, changes: Mapping[str, Any], *, now: datetime) -> "Guardrail":
        """Return it with other fields; whether they fit together is for `faults_of` to say."""
        return self.model_validate(self.model_dump() | dict(changes) | {"updated_at": later(now, self.updated_at)})


class Guardrails(BaseRepository[Guardrail]):
    """The guardrails of the owner's agents."""

    noun = "guardrail"
    not_found = GuardrailNotFound

    async def of_agent(self, agent_id: str, page: PageRequest) -> Page[Guardrail]:
        """Return a page of an agent's guardrails, newest first."""
        raise NotImplementedError


def checked(guardrail: Guardrail, fault_of: ConfigFault) -> Guardrail:
    """Return the guardrail with its config as it is read. Raises InvalidInput with all that does not fit."""
    violations: list[Violation] = []
    try:
        config = CONFIGS[guardrail.kind].model_validate(guardrail.config)
    except pydantic.ValidationError as error:
        violations = [
            Violation("/".join(map(str, ("", "config", *item["loc"]))), item["type"], item["msg"])
            for item in error.errors(include_url=False, include_input=False)
        ]
    else:
        guardrail = guardrail.model_copy(update={"config": config.model_dump(mode="json")})
        fault = fault_of(guardrail)
        violations += [fault] if fault is not None else []
        if config.tools and guardrail.stage != "tool_call":
            violations.append(Violation("/config/tools", "stage", "names tools: only for the stage tool_call"))
    if guardrail.action == "redact" and guardrail.kind not in REDACTING:
        known = ", ".join(sorted(REDACTING))
        violations.append(Violation("/action", "redacts", f"{guardrail.kind} names no part to take out; {known} do"))
    if violations:
        raise InvalidInput("the guardrail cannot be used like this", violations=violations)
    return guardrail

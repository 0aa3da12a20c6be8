"""Who may talk to whom, how long a message may be, and how long it is kept: one policy for the whole server."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.errors import Conflict

ANY = "*"
MAX_RULES = 1000


class CommunicationNotAllowed(Conflict):
    """The rules do not let one agent talk to another; `extra` has `from_agent` and `to_agent`."""

    code = "communication_not_allowed"


class CommunicationRule(BaseModel):
    """Whether one agent may talk to another, by their names; `*` is any agent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_agent: str = Field(min_length=1, max_length=300)
    to_agent: str = Field(min_length=1, max_length=300)
    allowed: bool = Field(default=True, strict=True)

    def is_about(self, from_agent: str, to_agent: str) -> bool:
        """Say whether it is about what one agent says to another."""
        return self.from_agent in (ANY, from_agent) and self.to_agent in (ANY, to_agent)


class CommunicationPolicy(BaseModel):
    """The rules in their order, the first that is about two agents counts; and the limits of messages.

    `default` is for those that no rule is about: `dependencies` lets agents have what they depend on in a team or are
    given along a workflow's edges, `none` nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    default: Literal["dependencies", "none"] = "dependencies"
    rules: tuple[CommunicationRule, ...] = Field(default=(), max_length=MAX_RULES)
    max_message_chars: int = Field(default=100_000, ge=100, le=1_000_000, strict=True)
    keep_messages_days: int = Field(default=90, ge=1, le=36_500, strict=True)

    def allows(self, from_agent: str, to_agent: str) -> bool:
        """Say whether an agent may talk to another one that depends on it."""
        for rule in self.rules:
            if rule.is_about(from_agent, to_agent):
                return rule.allowed
        return self.default == "dependencies"

    def check(self, from_agent: str, to_agent: str) -> None:
        """Refuse with CommunicationNotAllowed what the rules do not let an agent say to another."""
        if not self.allows(from_agent, to_agent):
            raise CommunicationNotAllowed(
                f"the communication rules do not let {from_agent!r} talk to {to_agent!r}",
                extra={"from_agent": from_agent, "to_agent": to_agent},
            )

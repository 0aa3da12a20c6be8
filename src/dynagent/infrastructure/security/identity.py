"""What a process needs to know people: keys, passwords, tokens, the throttle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dynagent.application.commands.identity import Rules
from dynagent.application.queries.identity import WaysIn
from dynagent.core.identity import AccessTokens, NewSecret, Passwords, Principals, Throttle
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.infrastructure.security.keyring import KeyRing
from dynagent.infrastructure.security.passwords import Argon2Passwords
from dynagent.infrastructure.security.secret_box import SecretBox
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.infrastructure.security.throttle import RateThrottle, redis_throttle
from dynagent.infrastructure.security.tokens import JwtAccessTokens, new_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the process needs to know people: made once, shared by all messages."""

    settings: AuthSettings
    box: SecretBox
    passwords: Passwords
    access: AccessTokens
    throttle: Throttle
    principals: Principals

    @property
    def rules(self) -> Rules:
        """How long things live."""
        return Rules(
            refresh_lifetime=self.settings.refresh_lifetime,
            ticket_lifetime=self.settings.ticket_lifetime,
            setup_lifetime=self.settings.setup_lifetime,
            registration_open=self.settings.registration == "open",
            sign_in_required=self.settings.auth_mode == "required",
        )

    @property
    def ports(self) -> Mapping[Any, Any]:
        """What all messages of a process share, by its port."""
        rules = self.rules
        return {
            AccessTokens: self.access,
            NewSecret: new_secret,
            Passwords: self.passwords,
            Principals: self.principals,
            Rules: rules,
            SealsSecrets: self.box,
            Throttle: self.throttle,
            WaysIn: WaysIn(rules.sign_in_required, rules.registration_open),
        }

    async def aclose(self) -> None:
        """Close the throttle's connections to Redis."""
        if isinstance(self.throttle, RateThrottle):
            await self.throttle.aclose()


def make_identity(
    settings: AuthSettings, keys: KeyRing, *, principals: Principals, redis_url: str | None = None
) -> Identity:
    """Return identity as the settings want it; without Redis attempts are counted in memory."""
    return Identity(
        settings=settings,
        box=SecretBox(keys),
        passwords=Argon2Passwords(),
        access=JwtAccessTokens(keys, lifetime=settings.access_lifetime),
        throttle=redis_throttle(redis_url) if redis_url else RateThrottle(),
        principals=principals,
    )

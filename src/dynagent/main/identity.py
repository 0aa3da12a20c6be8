"""Identity, composed: keys, tokens, throttle and the front door."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from dynagent.application.commands.identity import Rules
from dynagent.core.identity import AccessTokens, Passwords, Principals, Throttle
from dynagent.infrastructure.postgres.identity_sessions import PostgresPrincipals
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.security.keyring import KeyRing, load_keyring
from dynagent.infrastructure.security.passwords import Argon2Passwords
from dynagent.infrastructure.security.secret_box import SecretBox
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.infrastructure.security.throttle import RateThrottle, redis_throttle
from dynagent.infrastructure.security.tokens import JwtAccessTokens
from dynagent.main.settings import Settings
from dynagent.presentation.api.shared.auth import FrontDoor


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the process needs to know people: made once, shared by all messages."""

    settings: AuthSettings
    keys: KeyRing
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
    def door(self) -> FrontDoor:
        """How requests are let in."""
        return FrontDoor(
            sign_in_required=self.settings.auth_mode == "required",
            secure_cookies=self.settings.cookie_secure,
            user_rate=self.settings.rate_limit_per_minute,
            address_rate=self.settings.address_limit_per_minute,
            rates=self.throttle,
            metrics_token=self.settings.metrics_token.get_secret_value() if self.settings.metrics_token else None,
        )


def make_identity(settings: AuthSettings, keys: KeyRing, *, pool: Pool, redis_url: str | None) -> Identity:
    """Return identity for a process."""
    return Identity(
        settings=settings,
        keys=keys,
        box=SecretBox(keys),
        passwords=Argon2Passwords(),
        access=JwtAccessTokens(keys, lifetime=settings.access_lifetime),
        throttle=redis_throttle(redis_url) if redis_url else RateThrottle(),
        principals=PostgresPrincipals(pool),
    )


def open_keys(settings: Settings) -> KeyRing:
    """Return the secret keys; asked before anything is started. Raises SecretKeyMissing where they are demanded."""
    local = settings.auth.auth_mode == "local"
    return load_keyring(settings.secrets, settings.database.data_dir, may_generate=local)


def open_identity(settings: Settings, keys: KeyRing, pool: Pool, stack: AsyncExitStack) -> Identity:
    """Return identity as the settings want it; the stack closes its connections to Redis."""
    identity = make_identity(settings.auth, keys, pool=pool, redis_url=settings.redis.url)
    if isinstance(identity.throttle, RateThrottle):
        stack.push_async_callback(identity.throttle.aclose)
    return identity

"""How people get in: the mode, how long tokens live, whether anyone may register."""

import ipaddress
import socket
from datetime import timedelta
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.core.shared.errors import InvalidInput

AuthMode = Literal["local", "required"]


class LocalModeExposed(InvalidInput):
    """`AUTH_MODE=local` makes everybody administrator, so it is for loopback addresses only."""

    code = "local_mode_exposed"


class AuthSettings(BaseSettings):
    """AUTH_MODE, REGISTRATION and the rates; `local`: whoever reaches the (loopback) address is administrator."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    auth_mode: AuthMode = "local"
    registration: Literal["open", "closed"] = "closed"
    access_token_minutes: int = Field(default=15, ge=1, le=60)
    refresh_token_days: int = Field(default=7, ge=1, le=90)
    stream_ticket_seconds: int = Field(default=60, ge=5, le=600)
    setup_link_hours: int = Field(default=24, ge=1, le=168)
    cookie_secure: Literal["auto", "always"] = "auto"
    rate_limit_per_minute: int = Field(default=600, ge=0, description="Requests of a user; 0: no limit.")
    address_limit_per_minute: int = Field(default=120, ge=0, description="Requests of an address without sign-in.")
    metrics_token: SecretStr | None = Field(default=None, min_length=16, description="Lets Prometheus read /metrics.")

    @property
    def access_lifetime(self) -> timedelta:
        """How long an access token lives."""
        return timedelta(minutes=self.access_token_minutes)

    @property
    def refresh_lifetime(self) -> timedelta:
        """How long a refresh token lives unless it is used."""
        return timedelta(days=self.refresh_token_days)

    @property
    def ticket_lifetime(self) -> timedelta:
        """How long a stream ticket opens its stream."""
        return timedelta(seconds=self.stream_ticket_seconds)

    @property
    def setup_lifetime(self) -> timedelta:
        """How long the link of the first setup can be used."""
        return timedelta(hours=self.setup_link_hours)

    def check_address(self, host: str) -> None:
        """Refuse with LocalModeExposed to listen on anything but loopback in local mode."""
        if self.auth_mode == "local" and not is_loopback(host):
            raise LocalModeExposed(
                f"refusing to listen on {host} with AUTH_MODE=local: whoever reached that address would be "
                "administrator. Set AUTH_MODE=required, or listen on 127.0.0.1."
            )


def is_loopback(host: str) -> bool:
    """Say whether a host name or address stands for this machine only; every answer of the resolver counts."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(str(item).partition("%")[0]).is_loopback for item in found)

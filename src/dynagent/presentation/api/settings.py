"""How the API is met: limits of requests, which hosts and origins are let in, hints to streaming clients."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from dynagent.core.shared.errors import InvalidInput

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")

Names = Annotated[tuple[str, ...], NoDecode]
"""A setting of several names, written with commas."""


class OriginTooWide(InvalidInput):
    """A setting would let every web page use this API with the cookies of whoever reads it."""

    code = "origin_too_wide"


class ApiSettings(BaseSettings):
    """Sizes in bytes. `allowed_hosts` are names without port, `*` lets every host in.

    `cors_origins` are exact; `none` is an empty list.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    max_body_bytes: int = Field(default=1024 * 1024, ge=1024)
    max_query_bytes: int = Field(default=16 * 1024, ge=256)
    max_path_bytes: int = Field(default=2048, ge=256)
    max_header_bytes: int = Field(default=32 * 1024, ge=1024)
    max_json_depth: int = Field(default=64, ge=8, le=200)
    max_json_values: int = Field(default=50_000, ge=1000)
    allowed_hosts: Names = LOOPBACK_HOSTS
    cors_origins: Names = ("http://localhost:3000", "http://127.0.0.1:3000")
    stream_retry_ms: int = Field(default=1000, ge=0)

    def served(self, *, sign_in_required: bool) -> "ApiSettings":
        """Return these as they count: the interface's development server is let in by default in local mode only."""
        if sign_in_required and "cors_origins" not in self.model_fields_set:
            return self.model_copy(update={"cors_origins": ()})
        return self

    def exact_origins(self) -> list[str]:
        """Return the origins of pages that may use the API with cookies. Raises OriginTooWide unless each is exact."""
        for origin in self.cors_origins:
            scheme, separator, host = origin.partition("://")
            if "*" in origin or not separator or scheme not in ("http", "https") or not host or "/" in host:
                raise OriginTooWide(f"CORS_ORIGINS: {origin!r} is no exact origin such as https://app.example.org")
        return list(self.cors_origins)

    @field_validator("allowed_hosts", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if value == "none":
            return ()
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

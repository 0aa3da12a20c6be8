"""What an operator may set of the sandbox (environment names start with TOOL_SANDBOX_)."""

import contextlib
import importlib.util
import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LAYERS = ("seccomp", "landlock", "namespaces", "identity", "limits")
Words = Annotated[tuple[str, ...], NoDecode]
"""Names separated by commas."""


class SandboxSettings(BaseSettings):
    """Levels, libraries, limits and places; read once."""

    model_config = SettingsConfigDict(env_prefix="TOOL_SANDBOX_", env_file=".env", extra="ignore", frozen=True)

    min_level: int = Field(default=1, ge=0, le=3)
    """Below this level no registered code is screened or run; 0 runs it without a boundary."""
    layers: Words = LAYERS
    socket: str | None = None
    """Unix socket of a `tool-sandbox` service; without one, this process starts its own zygotes."""
    libraries: Words = ("httpx", "httpx2", "openai", "pydantic")
    networked: Words = ("httpx", "httpx2", "openai", "aiohttp", "requests", "websockets")
    """Those of the libraries that a tool may import only with granted hosts."""
    secrets: dict[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    """Secrets that tools may be granted by name, as a JSON object."""
    open_hosts: Words = ()
    """Hosts (`host:port`, `*.host:port`) that every user may grant to tools; all others are an administrator's act."""
    open_secrets: Words = ()
    """Names of secrets that every user may grant to tools."""
    grant_openai: bool | None = None
    """Whether tools that import `openai` get its host, key and base URL without asking for them.

    Whoever writes such a tool can read the key. So, unset, it is so only where everybody is administrator anyway
    (AUTH_MODE=local); elsewhere an administrator grants the host and the secret OPENAI_API_KEY tool by tool.
    """
    auth_mode: str = Field(default="local", validation_alias="AUTH_MODE")
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str = Field(
        default="https://api.openai.com/v1", validation_alias=AliasChoices("OPENAI_BASE_URL", "OPENAI_API_BASE")
    )
    memory_mb: int = Field(default=256, ge=32)
    cpu_s: int = Field(default=5, ge=1)
    output_kb: int = Field(default=256, ge=1)
    logs_kb: int = Field(default=8, ge=0)
    calls_per_tenant: int | None = Field(default=None, ge=1)
    """Calls of one tenant at once; unset: 8, or all places where there is one tenant only (AUTH_MODE=local)."""
    calls_per_minute: int = Field(default=60_000, ge=0)
    """How many calls one tenant may make a minute, in each process; 0: as many as it likes."""
    calls_at_once: int = Field(default=64, ge=1, le=200)
    queue_s: float = Field(default=5.0, gt=0)
    """How long a call waits for a place before it is told to come back later."""
    idle_core: int = Field(default=4, ge=1)
    idle_full: int = Field(default=2, ge=1)
    reused: int = Field(default=32, ge=0)
    """How many children of `reuse` tools are kept at most."""
    restart_after_s: float = Field(default=3600.0, gt=0)
    restart_after_forks: int = Field(default=5000, ge=1)
    uid_base: int | None = 52000
    """First user id for children when started as root; None keeps the zygote's."""

    @field_validator("layers", "libraries", "networked", "open_hosts", "open_secrets", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @field_validator("layers")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [layer for layer in value if layer not in LAYERS]
        if unknown:
            raise ValueError(f"unknown layers {unknown}; known are {', '.join(LAYERS)}")
        return value

    @field_validator("openai_base_url", mode="before")
    @classmethod
    def _never_empty(cls, value: Any) -> Any:
        return value or "https://api.openai.com/v1"

    @property
    def installed_libraries(self) -> list[str]:
        """Those of the libraries that are installed here, in the order given."""
        return [name for name in self.libraries if importlib.util.find_spec(name) is not None]

    @property
    def openai_is_granted(self) -> bool:
        """Whether tools may use the server's access to `openai` without a grant of their own."""
        return self.auth_mode == "local" if self.grant_openai is None else self.grant_openai

    @property
    def places(self) -> int:
        """How many calls may run at once: the setting, or fewer when this machine's memory would not hold them."""
        return max(4, min(self.calls_at_once, (memory_here() >> 20) * 8 // 10 // self.memory_mb))

    @property
    def pool_bytes(self) -> int:
        """Memory of all calls together, where a cgroup can hold them to it: what they may have, or most of what is."""
        return min((self.places * self.memory_mb + 512) << 20, memory_here() * 8 // 10)

    @property
    def places_per_tenant(self) -> int:
        """How many of the places one tenant may take."""
        alone = self.places if self.auth_mode == "local" else 8
        return alone if self.calls_per_tenant is None else self.calls_per_tenant

    @property
    def openai_host(self) -> str:
        """`host:port` of the model server that `openai` talks to."""
        parts = urlsplit(self.openai_base_url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
        return f"{parts.hostname or 'api.openai.com'}:{port}"


def memory_here() -> int:
    """Return the bytes of memory this process may count on: the machine's, or its container's when that is less."""
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for place in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            found.append(int(Path(place).read_text()))
    return min(found)

"""How much may be stored, and of what."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from dynagent.core.files import FileLimits

MIB = 1024 * 1024


class FileSettings(BaseSettings):
    """Sizes in bytes. `allowed_file_types` are media types or patterns of them (`image/*`), written with commas."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)

    max_file_bytes: int = Field(default=1024 * MIB, ge=1, le=1024 * 1024 * MIB)
    max_file_bytes_per_user: int = Field(default=10 * 1024 * MIB, ge=1)
    max_files_per_user: int = Field(default=10_000, ge=1, le=1_000_000)
    max_uploads_per_user: int = Field(default=20, ge=1, le=1000)
    upload_part_bytes: int = Field(default=8 * MIB, ge=64 * 1024, le=64 * MIB)
    upload_idle_s: float = Field(default=86_400, ge=60)
    allowed_file_types: Annotated[tuple[str, ...], NoDecode] = ("*",)
    sweep_files_every_s: float = Field(default=3600, gt=0)

    @property
    def limits(self) -> FileLimits:
        """The bounds as the domain has them."""
        return FileLimits(
            max_file_bytes=self.max_file_bytes,
            max_user_bytes=self.max_file_bytes_per_user,
            max_user_files=self.max_files_per_user,
            max_user_uploads=self.max_uploads_per_user,
            part_bytes=self.upload_part_bytes,
            allowed_types=self.allowed_file_types,
        )

    @field_validator("allowed_file_types", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

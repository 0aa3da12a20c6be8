"""Where the bytes of files lie."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

REMOTE = ("s3", "gs", "az", "abfs", "abfss")

Encryption = Literal["bucket", "AES256", "aws:kms"]


class ObjectSettings(BaseSettings):
    """`object_store_url` is `s3://bucket/prefix`, `gs://…`, `az://…` or `file:///folder`; unset: `objects` in DATA_DIR.

    Credentials, region and endpoint come from the variables that each provider's own tools read (`AWS_…`,
    `GOOGLE_…`, `AZURE_…`). `object_encryption` is what S3 is asked for; `bucket` leaves it to the bucket's settings.
    """

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)

    object_store_url: SecretStr | None = None
    object_timeout_s: float = Field(default=30, gt=0, le=600)
    object_encryption: Encryption = "bucket"

    @field_validator("object_store_url")
    @classmethod
    def _known(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        parts = urlsplit(value.get_secret_value())
        if parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
            return value
        if parts.scheme in REMOTE and parts.netloc:
            return value
        raise ValueError(f"is file:///folder, or a bucket: {', '.join(f'{scheme}://name' for scheme in REMOTE)}")

    def folder(self, data_dir: Path) -> Path | None:
        """Return the local folder, None for a remote store."""
        if self.object_store_url is None:
            return data_dir / "objects"
        parts = urlsplit(self.object_store_url.get_secret_value())
        return Path(parts.path) if parts.scheme == "file" else None

    def place(self, data_dir: Path) -> str:
        """Return where it is, for people: without user and password."""
        folder = self.folder(data_dir)
        if folder is not None:
            return str(folder)
        assert self.object_store_url is not None
        parts = urlsplit(self.object_store_url.get_secret_value())
        return f"{parts.scheme}://{parts.hostname}{parts.path}"

"""How much knowledge may be kept, and how long taking it in may take."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class KnowledgeSettings(BaseSettings):
    """Bounds of one installation; times in seconds."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)

    max_knowledge_bases_per_user: int = Field(default=100, ge=1, le=100_000)
    max_documents_per_knowledge_base: int = Field(default=10_000, ge=1, le=1_000_000)
    ingestion_timeout_s: float = Field(default=21_600.0, gt=0, le=31_536_000)
    sweep_knowledge_every_s: float = Field(default=15.0, gt=0)

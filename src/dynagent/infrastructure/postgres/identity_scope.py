"""The repositories of identity and models in one transaction, made when they are asked for."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.infrastructure.postgres.access_keys import PostgresAccessKeys
from dynagent.infrastructure.postgres.audit import PostgresAuditLog
from dynagent.infrastructure.postgres.identity import PostgresUsers
from dynagent.infrastructure.postgres.identity_sessions import (
    PostgresRefreshTokens,
    PostgresSetupLinks,
    PostgresStreamTickets,
)
from dynagent.infrastructure.postgres.language_models import PostgresModelRecords, PostgresProviderKeys


@dataclass(frozen=True, slots=True)
class IdentityScope:
    """Bound to one caller and one session; costs nothing unless used."""

    session: AsyncSession
    user_id: str
    is_admin: bool = False

    @property
    def users(self) -> PostgresUsers:
        """All people."""
        return PostgresUsers(self.session)

    @property
    def refresh_tokens(self) -> PostgresRefreshTokens:
        """Families of refresh tokens."""
        return PostgresRefreshTokens(self.session)

    @property
    def access_keys(self) -> PostgresAccessKeys:
        """The caller's access keys."""
        return PostgresAccessKeys(self.session, self.user_id)

    @property
    def stream_tickets(self) -> PostgresStreamTickets:
        """Tickets of streams."""
        return PostgresStreamTickets(self.session)

    @property
    def setup_links(self) -> PostgresSetupLinks:
        """Setup links."""
        return PostgresSetupLinks(self.session)

    @property
    def audit(self) -> PostgresAuditLog:
        """The audit log."""
        return PostgresAuditLog(self.session)

    @property
    def models(self) -> PostgresModelRecords:
        """The caller's models and the global ones."""
        return PostgresModelRecords(self.session, self.user_id, writes_global=self.is_admin)

    @property
    def provider_keys(self) -> PostgresProviderKeys:
        """The caller's provider keys."""
        return PostgresProviderKeys(self.session, self.user_id)

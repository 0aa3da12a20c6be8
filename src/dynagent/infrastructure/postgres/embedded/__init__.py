"""Real PostgreSQL 18 with nothing installed: the programs come in a wheel, the data lies in our data directory."""

from dynagent.infrastructure.postgres.embedded.account import Account, NoAccount
from dynagent.infrastructure.postgres.embedded.binaries import BinariesMissing
from dynagent.infrastructure.postgres.embedded.postmaster import StartFailed
from dynagent.infrastructure.postgres.embedded.server import EmbeddedPostgres

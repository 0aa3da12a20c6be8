"""The fence of an attempt within somebody else's transaction: of the driver that LangGraph's checkpoints bring."""

from typing import TYPE_CHECKING, Any

from dynagent.core.runs import Claim, RunLost

if TYPE_CHECKING:
    from psycopg import AsyncConnection

OWNED = "SELECT 1 FROM runs WHERE id = %s AND attempt = %s AND status = 'running' FOR SHARE"


async def hold(connection: "AsyncConnection[Any]", claim: Claim) -> None:
    """Keep the attempt the run's owner until the transaction ends. Raises RunLost once another one owns it."""
    owned = await connection.execute(OWNED, (claim.run.id, claim.run.attempt))
    if await owned.fetchone() is None:
        raise RunLost(f"execution {claim.run.id}: attempt {claim.run.attempt} is over")

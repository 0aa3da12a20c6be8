"""Whether something between us and PostgreSQL lends its connections for single transactions (PgBouncer, Supavisor).

We need connections of our own: prepared statements, LISTEN and advisory locks outlive a transaction.
"""

import asyncio
from contextlib import AsyncExitStack

from dynagent.core.shared.errors import Unavailable
from dynagent.infrastructure.postgres.pool import Pool

BACKEND = "SELECT pg_backend_pid()"
PATIENCE_S = 2.0


class TransactionPooling(Unavailable):
    """The pooler in front of the database lends connections for one transaction only."""

    code = "transaction_pooling"


async def check_sessions(pool: Pool, *, patience_s: float = PATIENCE_S) -> None:
    """Refuse with TransactionPooling when a connection is not the same server process in two transactions.

    A pooler gives the connection that was freed last to whoever asks next. So one connection ends a transaction, a
    second one begins another and keeps it, and the first must then be somewhere else, if it is not ours alone.
    """
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(pool.acquire())
        second = await stack.enter_async_context(pool.acquire())
        async with first.transaction():
            before = await first.fetchval(BACKEND)
        async with second.transaction():
            await second.fetchval(BACKEND)
            try:
                async with asyncio.timeout(patience_s), first.transaction():
                    after = await first.fetchval(BACKEND)
            except TimeoutError:
                # The pooler has one connection, and the second one of ours holds it.
                after = None
    if after != before:
        raise TransactionPooling(
            "a pooler in transaction mode answers at this address (PgBouncer; port 6543 of hosted databases): "
            "use session mode or the database's direct address; prepared statements and LISTEN need it"
        )

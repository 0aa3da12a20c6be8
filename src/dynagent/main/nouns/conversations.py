"""Conversations: what agents say to each other in runs, and who may talk to whom."""

from dynagent.application.shared.access import ADMINS, EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.conversations import Conversations, MessageFeed, StoredPolicy
from dynagent.infrastructure.postgres.conversation_log import PostgresMessageFeed, PostgresStoredPolicy
from dynagent.infrastructure.postgres.conversations import PRUNED, PostgresConversations
from dynagent.infrastructure.postgres.news import PostgresNews
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api.conversations import routes, streams
from dynagent.presentation.api.shared.router import Routes


def _binds(process: Process) -> Binds:
    feed = PostgresMessageFeed(process.database.pool, PostgresNews(process.signals.notices))
    return Binds(
        shared={MessageFeed: feed},
        scoped={
            Conversations: lambda scope: PostgresConversations(scope.session, scope.user_id),
            StoredPolicy: lambda scope: PostgresStoredPolicy(scope.session),
        },
    )


noun = Noun(
    grants={
        "conversations:read": Grant(EVERY_ROLE),
        "conversations:write": Grant(MAKERS),
        "communication_rules:read": Grant(EVERY_ROLE),
        "communication_rules:write": Grant(ADMINS),
    },
    retention=PRUNED,
    handlers=handlers_of("conversations"),
    binds=_binds,
    routes=(
        Routes(5, streams.router),
        Routes(6, streams.sockets),
        Routes(91, routes.router),
        Routes(92, routes.rules_router),
    ),
    tag=(37, "Conversations", "What agents say to each other in runs, and who may talk to whom."),
)

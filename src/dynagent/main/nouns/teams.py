"""Teams: iterative runs of all active agents of an owner."""

from collections.abc import Sequence

from dynagent.application.commands.teams import TeamSettings
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.runs import Runner
from dynagent.core.teams import IterationFeed, TeamMembers, Teams
from dynagent.infrastructure.langgraph.team_runs import TeamRuns
from dynagent.infrastructure.postgres.conversation_log import PostgresConversationLog, PostgresPolicies
from dynagent.infrastructure.postgres.news import PostgresNews
from dynagent.infrastructure.postgres.runs.readers import PostgresAgentConfigurations
from dynagent.infrastructure.postgres.runs.teams import PostgresIterationNews, PostgresTeamPauses, PostgresTeams
from dynagent.infrastructure.postgres.team_members import PostgresTeamMembers
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages
from dynagent.presentation.api.teams import routes, streams


def _binds(process: Process) -> Binds:
    pool = process.database.pool
    return Binds(
        shared={
            IterationFeed: PostgresIterationNews(pool, PostgresNews(process.signals.notices)),
            TeamMembers: PostgresTeamMembers(pool),
        },
        scoped={Teams: lambda scope: PostgresTeams(scope.session, scope.user_id)},
    )


def _runners(process: Process) -> Sequence[Runner]:
    pool = process.database.pool
    of_teams = TeamRuns(
        agents=PostgresAgentConfigurations(pool),
        members=PostgresTeamMembers(pool),
        pauses=PostgresTeamPauses(pool),
        news=PostgresIterationNews(pool, PostgresNews(process.signals.notices)),
        policies=PostgresPolicies(pool),
        conversations=PostgresConversationLog(pool),
    )
    return [of_teams]


noun = Noun(
    settings=(TeamSettings,),
    handlers=handlers_of("teams"),
    binds=_binds,
    runners=_runners,
    routes=(Routes(5, streams.router), Routes(6, streams.sockets), Routes(89, routes.router)),
    pages=Pages(dynamic=frozenset({"teams"})),
    tag=(36, "Teams", "All active agents at work on the same requirements, iteration after iteration."),
)

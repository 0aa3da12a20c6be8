"""Teams: all active agents of an owner at work on the same requirements, iteration after iteration."""

from dynagent.core.teams.entity import (
    IterationFeed,
    IterationNews,
    TeamMembers,
    TeamNotFound,
    TeamOver,
    TeamPauses,
    Teams,
    TeamStarted,
    TeamView,
    run_id_of,
    status_word,
    thread_id_of,
    workflow_id_of,
)
from dynagent.core.teams.members import (
    Member,
    NoActiveAgents,
    TeamAgent,
    TeamDependencyCycle,
    check_team,
    roster,
)
from dynagent.core.teams.prompts import (
    COORDINATOR_INSTRUCTIONS,
    DECISION,
    coordinator_prompt,
    first_words,
    member_prompt,
)
from dynagent.core.teams.state import KIND, TeamConfiguration, TeamRun, TeamState
from dynagent.core.teams.turns import AGENT, COORDINATOR, PAUSE, Iteration, Turn, turn_of

knows = frozenset({"conversations", "executions"})
"""The nouns whose core ports its commands and queries may use."""

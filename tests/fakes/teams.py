"""What a team's runner needs, in memory."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dynagent.core.agents import AgentConfiguration, AgentConfigurations, AgentVersion
from dynagent.core.conversations import CommunicationPolicies, CommunicationPolicy, ConversationLog, NewMessage
from dynagent.core.runs import Run
from dynagent.core.shared.clock import utc_now
from dynagent.core.teams import IterationNews, TeamAgent, TeamMembers, TeamPauses


class FakeMembers(TeamMembers, AgentConfigurations):
    """Active agents, which a test changes on the way; every version has the same configuration."""

    def __init__(self, *agents: TeamAgent) -> None:
        self.agents = list(agents)

    async def active(self, user_id: str) -> list[TeamAgent]:
        """List."""
        return list(self.agents)

    async def get(self, agent_id: str, version: int) -> AgentConfiguration:
        """Return one without tools."""
        return AgentConfiguration(name=agent_id)

    async def latest_of(self, agent_ids: Collection[str], user_id: str) -> Mapping[str, AgentVersion]:
        """Return the first versions."""
        about: dict[str, Any] = {"version": 1, "created_at": utc_now(), "created_by": user_id}
        return {id: AgentVersion(agent_id=id, configuration=await self.get(id, 1), **about) for id in agent_ids}


class FakePauses(TeamPauses):
    """Answers in turn; the last answer stays."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers) or [False]

    async def is_paused(self, run_id: str) -> bool:
        """Answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class FakeNews(IterationNews):
    """Keeps the news by iteration."""

    def __init__(self) -> None:
        self.told: dict[int, dict[str, Any]] = {}

    async def publish(self, run: Run, news: dict[str, Any]) -> None:
        """Keep."""
        self.told.setdefault(news["iteration"], news)


class FakePolicies(CommunicationPolicies):
    """A policy."""

    def __init__(self, policy: CommunicationPolicy | None = None) -> None:
        self.policy = policy or CommunicationPolicy()

    async def current(self) -> CommunicationPolicy:
        """Return it."""
        return self.policy


class FakeConversationLog(ConversationLog):
    """Messages by place."""

    def __init__(self) -> None:
        self.messages: dict[str, NewMessage] = {}

    async def write(self, user_id: str, run_id: str, messages: Sequence[NewMessage]) -> None:
        """Keep those that are new."""
        for message in messages:
            self.messages.setdefault(message.place, message)

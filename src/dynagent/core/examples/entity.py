"""What an example is: the agents in their parts, what connects them, what to try, and what then happens."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.agents import AgentConfiguration
from dynagent.core.shared.errors import NotFound
from dynagent.core.workflows import Definition


class ExampleNotFound(NotFound):
    """No example under this id."""

    code = "example_not_found"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class ExampleAgent(_Part):
    """An agent, and the part that it plays."""

    part: str
    configuration: AgentConfiguration


class ExampleTool(_Part):
    """A tool of agents, as it is registered."""

    name: str
    description: str
    code: str


class ExampleHandoff(_Part):
    """Who may hand over to whom, by their parts."""

    source: str
    target: str
    description: str


class Trial(_Part):
    """What to try: a question to an agent (by its part), requirements for a team, or inputs of the workflow."""

    kind: Literal["agent", "team", "workflow"]
    part: str | None = None
    query: str = ""
    inputs: dict[str, Any] = Field(default_factory=dict)


class Expectation(_Part):
    """What happens when it is tried with the script: what the steps of a workflow say (`script`, by step).

    `steps` are the steps that end, in their order; `output` is what comes of it. For agents `answered_by` is the part
    that answers, for teams `output` is None: all members have their turn.
    """

    script: dict[str, Any] = Field(default_factory=dict)
    steps: tuple[str, ...] = ()
    output: Any = None
    answered_by: str | None = None


class Example(_Part):
    """A team, agents with handoffs, or a workflow; agents in the definition are named `agent:<part>`."""

    id: str
    name: str
    description: str
    agents: tuple[ExampleAgent, ...]
    tools: tuple[ExampleTool, ...] = ()
    handoffs: tuple[ExampleHandoff, ...] = ()
    definition: Definition | None = None
    trial: Trial
    expectation: Expectation

    def definition_for(self, agents: Mapping[str, str]) -> Definition | None:
        """Return the definition of its workflow with agents' ids in place of their parts."""
        return None if self.definition is None else self.definition.played_by(agents)

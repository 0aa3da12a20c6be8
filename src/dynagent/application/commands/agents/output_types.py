"""The named output type of an agent: its schema is taken as it is when the agent is given it."""

from dataclasses import dataclass

from dynagent.core.agents import AgentConfiguration
from dynagent.core.output_types import OutputTypeNotFound, OutputTypes
from dynagent.core.shared.errors import InvalidInput, Violation


@dataclass(frozen=True, slots=True)
class AgentOutputTypes:
    """Puts the schema of an agent's output type into its configuration."""

    types: OutputTypes

    async def applied(
        self, configuration: AgentConfiguration, *, before: AgentConfiguration | None
    ) -> AgentConfiguration:
        """Return the configuration with the schema of a type that is new to it. Raises InvalidInput.

        Another schema under the same name is not that type any more: then the name goes.
        """
        name = configuration.output_type
        if name is None:
            return configuration
        if before is not None and before.output_type == name:
            same = configuration.output_schema == before.output_schema
            return configuration if same else configuration.model_copy(update={"output_type": None})
        try:
            found = await self.types.named(name)
        except OutputTypeNotFound as error:
            unknown = Violation("/output_type", "known_output_type", error.detail)
            raise InvalidInput("the agent names an output type that is not there", violations=[unknown]) from None
        return configuration.model_copy(update={"output_schema": found.json_schema})

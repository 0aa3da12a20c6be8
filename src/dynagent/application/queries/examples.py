"""Questions about examples."""

from collections.abc import Sequence
from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.examples import EXAMPLES, Example, ExampleNotFound


@dataclass(frozen=True)
class ListExamples(Query[Sequence[Example]], needs="agents:read", scope="none"):
    """The examples that can be imported."""


@dataclass(frozen=True)
class GetExample(Query[Example], needs="agents:read", raises=(ExampleNotFound,), scope="none"):
    """One example. Raises ExampleNotFound."""

    example_id: str


@dataclass(frozen=True, slots=True)
class ListExamplesHandler:
    """Handles ListExamples."""

    async def __call__(self, message: ListExamples, caller: Caller) -> Sequence[Example]:
        """Return them."""
        return EXAMPLES


@dataclass(frozen=True, slots=True)
class GetExampleHandler:
    """Handles GetExample."""

    async def __call__(self, message: GetExample, caller: Caller) -> Example:
        """Return it."""
        found = next((example for example in EXAMPLES if example.id == message.example_id), None)
        if found is None:
            known = ", ".join(example.id for example in EXAMPLES)
            raise ExampleNotFound(f"there is no example {message.example_id!r}; there are {known}")
        return found

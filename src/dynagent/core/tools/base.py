"""The base class of tools written in Python and shipped with the product."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import pydantic

from dynagent.core.shared.errors import DynagentError, ErrorKind
from dynagent.core.tools.schema import arguments_schema, read_arguments


class ToolNotFoundError(DynagentError):
    """A tool type that no registry knows: `Tool type '<x>' not registered`."""

    kind = ErrorKind.NOT_FOUND
    code = "tool_not_found"


class BaseTool(ABC):
    """A tool: subclass it, write `_arun` with typed parameters and a docstring; schema and checks follow from those.

    `name` is the class name in lower case without `tool` unless set; constructor parameters are its settings;
    `needs` names other tools and settings it cannot work without.
    """

    name: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    repeatable: ClassVar[bool] = True

    @abstractmethod
    async def _arun(self, *args: Any, **kwargs: Any) -> Any:
        """Do the work; raise ToolFailed with a sentence for the model when it cannot be done."""

    @classmethod
    def description(cls) -> str:
        """Return the first paragraph of the class docstring."""
        return " ".join((cls.__doc__ or "").split("\n\n")[0].split())

    @classmethod
    def parameters(cls) -> dict[str, Any]:
        """Return the JSON Schema of the arguments, from `_arun`'s signature, docstring and pydantic types."""
        return arguments_schema(cls._arun)

    async def execute(self, arguments: dict[str, Any]) -> Any:
        """Validate the arguments against the signature and run. Raises InvalidArguments and what `_arun` raises."""
        result = await self._arun(**read_arguments(type(self)._arun, arguments))
        return result.model_dump(mode="json") if isinstance(result, pydantic.BaseModel) else result

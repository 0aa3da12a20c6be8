"""What is said about a run."""

from dataclasses import dataclass

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.annotations import Annotations, AnnotationStore
from dynagent.core.executions import ExecutionNotFound
from dynagent.core.shared.ids import is_id


@dataclass(frozen=True)
class GetAnnotations(Query[Annotations], needs="executions:read", raises=(ExecutionNotFound,)):
    """The caller's rating, note and tags of an execution. Raises ExecutionNotFound."""

    execution_id: str


@dataclass(frozen=True, slots=True)
class GetAnnotationsHandler:
    """Handles GetAnnotations."""

    store: AnnotationStore

    async def __call__(self, message: GetAnnotations, caller: Caller) -> Annotations:
        """Return them, empty ones where nothing was said."""
        said = await self.store.get(message.execution_id) if is_id(message.execution_id) else None
        if said is None:
            raise ExecutionNotFound(f"there is no execution {message.execution_id!r}")
        return said

"""Child runs in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime

from dynagent.core.executions import AGENT, Execution
from dynagent.core.runs import ChildRun, ChildStore, Run


class FakeChildren(ChildStore):
    """Children by key; a test ends them by putting another state of them into `stored`.

    `wanted` keeps what was asked for.
    """

    def __init__(self) -> None:
        self.stored: dict[str, Run] = {}
        self.wanted: dict[str, ChildRun] = {}

    async def start(self, parent: Run, children: Sequence[ChildRun]) -> Sequence[Run]:
        """Keep those that are new, under their keys as ids."""
        for child in children:
            run = (Execution if child.kind == AGENT else Run)(
                id=child.stored_key,
                user_id=parent.user_id,
                kind=child.kind,
                subject_id=child.subject_id,
                subject_version=child.subject_version,
                subject_name=child.subject_name,
                input=child.input,
                parent_run_id=parent.id,
                root_run_id=parent.root_run_id or parent.id,
                correlation_id=parent.correlation_id,
                deadline=parent.deadline,
                created_at=datetime.now(UTC),
            )
            self.stored.setdefault(child.stored_key, run)
            self.wanted.setdefault(child.stored_key, child)
        return [self.stored[child.stored_key] for child in children]

    async def all_of(self, parent: Run) -> Sequence[Run]:
        """List."""
        return list(self.stored.values())

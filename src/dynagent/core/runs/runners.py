"""Who runs a run: every noun that has runs brings the runner of its kind."""

from collections.abc import Iterable
from typing import Protocol

from dynagent.core.runs.children import ChildRuns
from dynagent.core.runs.ports import Claim, TraceRecorder
from dynagent.core.runs.run import Outcome, UnknownRunKind


class Runner(Protocol):
    """Runs what was claimed, for runs of one kind."""

    @property
    def kind(self) -> str:
        """The kind of run this one runs, unique in the process."""
        ...

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Run to the end and return the outcome (completed or waiting), recording every step.

        Raises DynagentError for a run that fails. An attempt after a crash or a wait begins here again: what the
        journal of the claim holds is not to be done twice.
        """
        ...


class Runners:
    """The runners of this process by kind."""

    def __init__(self, runners: Iterable[Runner]) -> None:
        self._by_kind = {runner.kind: runner for runner in runners}

    def of(self, kind: str) -> Runner:
        """Return the runner of this kind. Raises UnknownRunKind."""
        runner = self._by_kind.get(kind)
        if runner is None:
            known = ", ".join(sorted(self._by_kind)) or "none"
            raise UnknownRunKind(f"no runner for runs of the kind {kind!r}; there are: {known}", extra={"kind": kind})
        return runner

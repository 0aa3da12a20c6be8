"""What a run takes over from an earlier one: which steps are not done again, whatever is done anew or believed instead.

Keys of steps are the same in both runs, so what a step returned then counts now, if the plan still asks for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynagent.core.runs import RunStatus
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.workflows.executions import TaskExecution
from dynagent.core.workflows.plan import Plan
from dynagent.core.workflows.results import Progress, StepResult

_TRY = re.compile(r"~(?:\d+|fallback)$")
_LISTED = 20
"""How many steps an error names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier run: its inputs, its steps, and what was recorded of those that have no run of their own."""

    inputs: Mapping[str, Any]
    steps: Sequence[TaskExecution]
    recorded: Mapping[str, StepResult] = field(default_factory=dict[str, StepResult])

    def results(self) -> dict[str, StepResult]:
        """Return what its steps returned; what was cancelled returned nothing."""
        found = dict(self.recorded)
        for step in self.steps:
            if step.status is RunStatus.COMPLETED:
                found[step.key] = StepResult("completed", step.output)
            elif step.status.over and step.status is not RunStatus.CANCELLED:
                found[step.key] = StepResult("failed", error=step.error)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What another run is to have otherwise: the step that is done again first, outputs by step, and inputs."""

    from_step: str | None = None
    steps: Mapping[str, Any] = field(default_factory=dict[str, Any])
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """The inputs of the new run, the results it begins with by key, which of them were edited, and how it stands."""

    inputs: Mapping[str, Any]
    results: Mapping[str, StepResult]
    edited: frozenset[str]
    progress: Progress


def take_over(plan: Plan, earlier: Earlier, changes: Changes) -> TakenOver:
    """Return what a new run takes over; steps that ended the earlier run, or its branches, are done again.

    Raises InvalidInput for a step that is not known, or that comes only after the one done again.
    """
    inputs = {**earlier.inputs, **changes.inputs}
    left = earlier.results()
    again = None if changes.from_step is None else _one_key(earlier, changes.from_step, "/from_step")
    if again is not None:
        left = {key: result for key, result in left.items() if not _within(key, again)}
    edited = {_one_key(earlier, name, _edit(name)): name for name in changes.steps}
    for key, name in edited.items():
        left = _with_output(left, key, changes.steps[name])
    while True:
        looked = _Looked(left)
        progress = plan.advance(inputs, looked)
        fatal = next((key for key, result in left.items() if result is progress.failed), None)
        if fatal is None:
            break
        left = _without_series(left, fatal)
    _check_edits(edited, looked.found, again)
    results = {key: result for key, result in left.items() if key in looked.found}
    return TakenOver(inputs=inputs, results=results, edited=frozenset(edited), progress=progress)


def first_try(key: str) -> str:
    """Return the key of the first of the tries that one is of."""
    return _TRY.sub("", key)


class _Looked(Mapping[str, StepResult]):
    """Results that note which of them the plan has asked for."""

    def __init__(self, results: Mapping[str, StepResult]) -> None:
        self._results = results
        self.found: set[str] = set()

    def __getitem__(self, key: str) -> StepResult:
        result = self._results[key]
        self.found.add(key)
        return result

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)


def _one_key(earlier: Earlier, name: str, pointer: str) -> str:
    """Return the key of the step that somebody means by a key, a node, a task or a name."""
    named = {_own(step.key) for step in earlier.steps if name in (step.key, step.step, step.name, step.task_id)}
    if name in named:
        return name
    if len(named) == 1:
        return named.pop()
    known = sorted(named or {_own(step.key) for step in earlier.steps})
    shown = ", ".join(known[:_LISTED]) + (", …" if len(known) > _LISTED else "")
    text = f"{name!r} is several steps, name one: {shown}" if named else f"the run has no step {name!r}; it has {shown}"
    raise InvalidInput("there is no such step", violations=[Violation(pointer, "known_step", text)])


def _edit(name: str) -> str:
    return "/edit/steps/" + name.replace("~", "~0").replace("/", "~1")


def _own(key: str) -> str:
    """Return the key of the step that this is a part of: a try, a review, a check."""
    return key.partition("~")[0]


def _within(key: str, step: str) -> bool:
    return _own(key) == step


def _with_output(results: Mapping[str, StepResult], step: str, output: Any) -> dict[str, StepResult]:
    """Return the results as if the step had returned this at once, and whoever checks it had accepted it."""
    parts = [key for key in results if _within(key, step)]
    others = {key: result for key, result in results.items() if key not in parts or key == f"{step}~delegate"}
    accepted = {"review": {"decision": "accept"}, "check": {"verdict": "accept"}}
    for part, answer in accepted.items():
        if any(key.startswith(f"{step}~{part}") for key in parts):
            others[f"{step}~{part}1"] = StepResult("completed", answer)
    return {**others, step: StepResult("completed", output)}


def _without_series(results: Mapping[str, StepResult], fatal: str) -> dict[str, StepResult]:
    """Return the results without a failure and those of the tries before it: they begin anew."""
    first = first_try(fatal)
    return {
        key: result
        for key, result in results.items()
        if key != fatal and not (result.status == "failed" and first_try(key) == first)
    }


def _check_edits(edited: Mapping[str, str], used: set[str], again: str | None) -> None:
    after = f"step {again!r}, which is done again" if again is not None else "a step that is done again"
    found = [
        Violation(_edit(name), "taken_over", f"step {key!r} is not taken over: it is or comes after {after}")
        for key, name in edited.items()
        if key not in used or key == again
    ]
    if found:
        raise InvalidInput("only steps that are taken over can be edited", violations=found)

"""A team's run put together by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dynagent.core.executions import AGENT, Execution
from dynagent.core.runs import Run, RunError, RunStatus
from dynagent.core.teams import Member, TeamRun, Turn, turn_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def member(name: str, *dependencies: str, obstacle: str = "") -> Member:
    return Member(agent_id=f"id-{name}", version=1, name=name, dependencies=dependencies, obstacle=obstacle)


def a_run(**configuration: Any) -> Run:
    input: dict[str, Any] = {"query": "Design it.", "configuration": configuration}
    about: dict[str, Any] = {"subject_id": "t", "subject_version": 1, "subject_name": "Team"}
    return Run(id="t", user_id="u", kind="team", input=input, created_at=NOW, **about)


def child(part: str, name: str, iteration: int, *, at: int = 0, status: str = "completed", **fields: Any) -> Turn:
    """Return a turn that begins `at` so many seconds and takes one."""
    given = fields.pop("input", {})
    over = RunStatus(status).over
    began = NOW + timedelta(seconds=at)
    kind = AGENT if part == "agent" else "prompt"
    run = (Execution if kind == AGENT else Run)(
        id=f"{iteration}/{name}",
        user_id="u",
        kind=kind,
        subject_id="s",
        subject_version=1,
        subject_name=name,
        input={"step": {"iteration": iteration, "part": part, "name": name}, **given},
        status=RunStatus(status),
        created_at=began,
        completed_at=began + timedelta(seconds=1) if over else None,
        **fields,
    )
    return turn_of(run)


def coordinator(iteration: int, *members: Member, result: str | None = "{}", at: int = 0, **fields: Any) -> Turn:
    given = {"roster": [one.stored() for one in members]}
    return child("coordinator", "coordinator", iteration, at=at, result=result, input=given, **fields)


def said(name: str, iteration: int, text: str, *, at: int = 1) -> Turn:
    return child("agent", name, iteration, at=at, result=text)


def failed(name: str, iteration: int, text: str = "no model") -> Turn:
    return child("agent", name, iteration, at=1, status="failed", error=RunError(code="x", message=text))


def team(*turns: Turn, **configuration: Any) -> TeamRun:
    return TeamRun(a_run(**configuration), turns)

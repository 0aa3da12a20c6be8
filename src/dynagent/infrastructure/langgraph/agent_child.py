"""The run of an agent that another run starts: what it is asked, and what is taken from the agent where nobody says."""

from collections.abc import Mapping
from typing import Any

from dynagent.core.agents import AgentConfiguration
from dynagent.core.executions import AGENT
from dynagent.core.runs import ChildRun


def agent_child(
    own: AgentConfiguration,
    *,
    key: str,
    agent_id: str,
    version: int,
    asked: Mapping[str, Any],
    name: str | None = None,
    timeout_s: float | None = None,
) -> ChildRun:
    """Return the run of this version of an agent with the configuration `own`, under a key among its siblings'.

    `asked` is its input: the `query`, and `model`, `output_schema` and `context` where they are not the agent's own or
    empty. It may take `timeout_s` seconds, else as long as the agent says; `name` is the one it is shown under.
    """
    given = {field: value for field, value in asked.items() if value is not None}
    return ChildRun(
        key=key,
        kind=AGENT,
        subject_id=agent_id,
        subject_version=version,
        subject_name=name or own.shown_name,
        input={"model": own.model, "context": {}, "output_schema": own.output_schema, **given},
        timeout_s=timeout_s or own.run_timeout_s,
    )

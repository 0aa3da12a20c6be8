"""Workflows: what they are made of (definition), what can be run (rules), what comes next in a run (plan)."""

from dynagent.core.workflows.checks import WorkflowChecks
from dynagent.core.workflows.definition import MAX_EDGES, MAX_NODES, Definition, Edge, ProcessType, Task, TaskConfig
from dynagent.core.workflows.entity import (
    KIND,
    TaskNotFound,
    Workflow,
    WorkflowChangedMeanwhile,
    WorkflowCreated,
    WorkflowDeleted,
    WorkflowFilter,
    WorkflowInUse,
    WorkflowNotFound,
    WorkflowStarted,
    WorkflowUpdated,
    WorkflowVersion,
    WorkflowVersionNotFound,
)
from dynagent.core.workflows.executions import (
    Continued,
    TaskExecution,
    WorkflowExecutions,
    json_text,
    logged_text,
    output_of,
    read_result,
    seconds_until,
    stored_result,
    summary_of,
)
from dynagent.core.workflows.limits import WorkflowLimits
from dynagent.core.workflows.nodes import (
    MAX_ROUNDS,
    AgentNode,
    AggregatorNode,
    Condition,
    Node,
)
from dynagent.core.workflows.plan import Plan
from dynagent.core.workflows.ports import KnownTools, WorkflowDefinitions, Workflows
from dynagent.core.workflows.results import (
    ConditionFailed,
    Conditions,
    DueStep,
    Progress,
    StepKind,
    StepResult,
)
from dynagent.core.workflows.simulation import Mock, Round, Simulation, simulate
from dynagent.core.workflows.state import MissingValue, render, text_of, value_at
from dynagent.core.workflows.takeover import Changes, Earlier, TakenOver, first_try, take_over
from dynagent.core.workflows.templates import TEMPLATES, Template

knows = frozenset({"agents", "executions", "files", "tools"})
"""The nouns whose core ports its commands and queries may use."""

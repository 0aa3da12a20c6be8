"""Questions about executions: answered at once (read) or while they run (follow)."""

from dynagent.application.queries.executions.follow import (
    FollowTrace,
    FollowTraceHandler,
    NothingFollows,
    WaitForExecution,
    WaitForExecutionHandler,
)
from dynagent.application.queries.executions.read import (
    ExecutionView,
    GetExecution,
    GetExecutionHandler,
    ListEverybodysExecutions,
    ListExecutions,
    ReadTrace,
    ReadTraceHandler,
    TracePage,
)

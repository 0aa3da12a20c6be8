"""Runs, the engine's words: the run and its outcome, who runs it, its trace, recovery by journal, child runs."""

from dynagent.core.runs.children import AwaitsChildren, ChildRun, ChildRuns, ChildStore
from dynagent.core.runs.interrupts import (
    APPROVAL_SCHEMA,
    DOUBT_SCHEMA,
    Answer,
    Expiry,
    Interrupt,
    InterruptExpired,
    InterruptNotFound,
    NothingToAnswer,
    OnExpiry,
    Reason,
)
from dynagent.core.runs.journal import Journal
from dynagent.core.runs.lines import call_line, failure_line, result_line
from dynagent.core.runs.page_size import PageSize
from dynagent.core.runs.ports import (
    Admission,
    CancelSignal,
    Claim,
    Dispatch,
    DueRun,
    Frame,
    Held,
    Leases,
    Notifier,
    Renewal,
    Submissions,
    TraceLog,
    TraceRecorder,
)
from dynagent.core.runs.run import (
    MAX_ATTEMPTS,
    QUARANTINE_AFTER,
    Lane,
    MalformedEventId,
    Origin,
    Outcome,
    Run,
    RunError,
    RunLost,
    RunStatus,
    RunTimedOut,
    ToolCallInDoubt,
    Usage,
)
from dynagent.core.runs.runners import Runner, Runners
from dynagent.core.runs.trace import (
    EVENT_CLASSES,
    TERMINAL_TYPES,
    AnyTraceEvent,
    CallError,
    Cancelled,
    Complete,
    Connection,
    Failed,
    InterruptRaised,
    Message,
    NodeEnd,
    NodeStart,
    Resumed,
    Retry,
    Token,
    ToolEnd,
    ToolStart,
    TraceEvent,
    UsageReport,
)

"""Runs, the engine's words: the run and its outcome, who runs it, its trace, recovery by journal, child runs."""

from dynagent.core.runs.children import (
    AwaitsChildren,
    ChildLimits,
    ChildRun,
    ChildRuns,
    ChildStore,
    RunsTooDeep,
    TooManyChildren,
)
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
from dynagent.core.runs.marks import HANDED_OVER, ITERATION_LIMIT, MARKS, Marks
from dynagent.core.runs.model_calls import ModelCallContent, ModelCallNotFound, ModelCallSummary, SentCall
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
from dynagent.core.runs.reading import EVENTS, events_of
from dynagent.core.runs.run import (
    MAX_ATTEMPTS,
    MAX_LISTED_RESULT,
    QUARANTINE_AFTER,
    AnsweredBy,
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
from dynagent.core.runs.step_events import (
    CallError,
    GuardrailVerdict,
    Retrieval,
    RunContinued,
    RunPaused,
    TaskEnd,
    TaskStart,
)
from dynagent.core.runs.trace import (
    EVENT_CLASSES,
    TERMINAL_TYPES,
    AnyTraceEvent,
    Cancelled,
    Complete,
    Connection,
    Detail,
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

"""Commands about executions: start, cancel, run (run.py, for workers)."""

from dynagent.application.commands.executions.cancel import CancelExecution, CancelExecutionHandler
from dynagent.application.commands.executions.settings import SubmitSettings
from dynagent.application.commands.executions.start import (
    StartExecution,
    StartExecutionHandler,
    Submission,
)

"""Commands about tools: register, update, remove, execute (change); earlier versions, on and off (versions)."""

from dynagent.application.commands.tools.change import (
    ExecuteTool,
    ExecuteToolHandler,
    RegisterTool,
    RegisterToolHandler,
    RemoveTool,
    RemoveToolHandler,
    ToolRun,
    UpdateTool,
    UpdateToolHandler,
    rejected,
)
from dynagent.application.commands.tools.toolsfile import Fate, ImportedTool, ImportTools
from dynagent.application.commands.tools.versions import RestoreToolVersion, SetToolStatus, SetToolStatusHandler

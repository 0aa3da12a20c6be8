"""Bodies that carry a source: characters that no source may hold are the screen's refusal, with line and column."""

from typing import Any

from dynagent.application.commands.tools import rejected
from dynagent.core.shared.errors import DynagentError, Violation
from dynagent.core.shared.text import has_unstorable
from dynagent.core.tools import Finding
from dynagent.presentation.api.shared.limits import StrictRoute


class SourceRoute(StrictRoute):
    """Answers `tool_rejected` where the flaw of a body is in `code`: such text cannot even be handed to the screen."""

    @staticmethod
    def refused(value: Any, flaw: Violation) -> DynagentError:
        """Return the error for a body that has this flaw."""
        if (flaw.pointer, flaw.rule) != ("/code", "text"):
            return StrictRoute.refused(value, flaw)
        return rejected(_findings(value["code"]))


def _findings(code: str) -> list[Finding]:
    found: list[Finding] = []
    for number, line in enumerate(code.split("\n"), 1):
        if "\x00" in line:
            message = "the source holds a null character"
            found.append(Finding(rule="null_byte", line=number, column=line.index("\x00"), message=message))
        elif has_unstorable(line):
            message = "the source holds half a surrogate pair"
            found.append(Finding(rule="surrogate", line=number, column=0, message=message))
    return found[:50]

"""Examples: teams, handoffs and workflows to import; their permissions are those of what they are made of."""

from dynagent.application.shared.handlers import handlers_of
from dynagent.main.noun import Noun
from dynagent.presentation.api import examples
from dynagent.presentation.api.shared.router import Routes

noun = Noun(
    handlers=handlers_of("examples"),
    routes=(Routes(94, examples.router),),
    tag=(38, "Examples", "Teams, handoffs and workflows to begin with; they run without a key."),
)

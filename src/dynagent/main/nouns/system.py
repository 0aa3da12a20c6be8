"""The system itself: health, metrics, and the pages of the API's documentation."""

from dynagent.main.noun import Noun
from dynagent.presentation.api import system
from dynagent.presentation.api.docs import routes as docs
from dynagent.presentation.api.shared.router import Routes

noun = Noun(
    routes=(Routes(1000, system.router), Routes(1010, docs.router)),
    tag=(1000, "System", "Health and metrics."),
)

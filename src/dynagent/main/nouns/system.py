"""The system itself: health, metrics, and the pages of the API's documentation."""

from dynagent.application.shared.access import ADMINS, Grant
from dynagent.main.noun import Noun
from dynagent.presentation.api import system
from dynagent.presentation.api.docs import routes as docs
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages

noun = Noun(
    # Metrics and the details of the health report: they name models, tools and places on the disk.
    grants={"metrics:read": Grant(ADMINS)},
    pages=Pages(moved_exactly={"/settings": "/settings/appearance"}),
    routes=(Routes(1000, system.router), Routes(1010, docs.router)),
    tag=(1000, "System", "Health and metrics."),
)

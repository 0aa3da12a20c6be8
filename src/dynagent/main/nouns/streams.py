"""Streams: an agent run and watched in one request."""

from dynagent.main.noun import Noun
from dynagent.presentation.api.executions import stream
from dynagent.presentation.api.shared.router import Routes

noun = Noun(routes=(Routes(10, stream.router),), tag=(50, "Streams", "Run an agent and watch it, in one request."))

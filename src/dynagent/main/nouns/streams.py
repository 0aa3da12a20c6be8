"""Streams: an agent run and watched in one request."""

from dynagent.main.noun import Noun, Routes
from dynagent.presentation.api import stream

noun = Noun(routes=(Routes(10, stream.router),), tag=(50, "Streams", "Run an agent and watch it, in one request."))

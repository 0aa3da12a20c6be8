"""Examples: teams, handoffs and workflows that are imported on request and run without a key."""

from dynagent.core.examples.agents import TUTORS, UAV_TEAM
from dynagent.core.examples.entity import (
    Example,
    ExampleAgent,
    ExampleHandoff,
    ExampleNotFound,
    ExampleTool,
    Expectation,
    Trial,
)
from dynagent.core.examples.workflows import BLOG, RESEARCH, REVIEW

knows = frozenset({"agents", "workflows"})
"""The nouns whose core ports its queries may use."""

EXAMPLES: tuple[Example, ...] = (UAV_TEAM, TUTORS, RESEARCH, BLOG, REVIEW)

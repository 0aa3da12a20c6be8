"""All examples, in the order in which they are shown."""

from dynagent.core.examples.agents import TUTORS, UAV_TEAM
from dynagent.core.examples.entity import Example
from dynagent.core.examples.workflows import BLOG, RESEARCH, REVIEW

EXAMPLES: tuple[Example, ...] = (UAV_TEAM, TUTORS, RESEARCH, BLOG, REVIEW)

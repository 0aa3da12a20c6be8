"""Examples: teams, handoffs and workflows that are imported on request and run without a key."""

from dynagent.core.examples.catalogue import EXAMPLES
from dynagent.core.examples.entity import Example, ExampleNotFound, ExampleTool

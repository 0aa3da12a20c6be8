"""The keyless demo model: a deterministic planner that needs no network."""

from dynagent.infrastructure.llm.demo.model import DEMO, DemoModel

"""Definitions to begin with: the four patterns of orchestration by code, a crew and a manager's team.

Agents are named by `agent:<part>` in place of an id: whoever takes a template says which agent plays which part.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

from dynagent.core.workflows.definition import Definition


class Template(BaseModel):
    """A pattern: what it is for, the parts that agents play in it, and its definition."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    description: str
    roles: dict[str, str]
    definition: Definition

    def played_by(self, agents: dict[str, str]) -> Definition:
        """Return the definition with agents' ids in place of the parts; parts that nobody plays stay as they are."""
        return self.definition.played_by(agents)


def _template(id: str, name: str, description: str, roles: dict[str, str], **definition: Any) -> Template:
    made = Definition.model_validate(definition)
    return Template(id=id, name=name, description=description, roles=roles, definition=made)


def _agent(part: str, x: int, y: int = 0, **config: Any) -> dict[str, Any]:
    parent = config.pop("parent", None)
    place = {"x": x, "y": y}
    return {"id": part, "agent_id": f"agent:{part}", "position": place, "parent": parent, "config": config}


def _edges(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"source": source, "target": target} for source, target in pairs]


_CATEGORY = {
    "type": "object",
    "properties": {
        "category": {"enum": ["math", "history", "other"]},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    },
    "required": ["category", "confidence"],
}

TEMPLATES: tuple[Template, ...] = (
    _template(
        "route",
        "Route by classification",
        "One agent says what kind of question it is, a decision hands it to the specialist for that.",
        {"triage": "Classifies", "math": "Answers mathematics", "history": "Answers history", "other": "All else"},
        process_type="graph",
        nodes=[
            _agent("triage", 0, description="Classify: {{ inputs.query }}", output_schema=_CATEGORY),
            {"id": "which", "type": "decision", "position": {"x": 220, "y": 0}},
            _agent("math", 440, -120, description="{{ inputs.query }}"),
            _agent("history", 440, 0, description="{{ inputs.query }}"),
            _agent("other", 440, 120, description="{{ inputs.query }}"),
        ],
        edges=[
            *_edges(("triage", "which")),
            *(
                {
                    "source": "which",
                    "target": category,
                    "label": category,
                    "condition": {"path": "last.category", "schema": {"const": category}},
                }
                for category in ("math", "history")
            ),
            {"source": "which", "target": "other", "label": "otherwise", "otherwise": True},
        ],
    ),
    _template(
        "chain",
        "Chain",
        "Research, outline, draft and edit, one after another.",
        {"research": "Finds facts", "outline": "Orders them", "draft": "Writes", "edit": "Improves"},
        process_type="graph",
        nodes=[
            _agent("research", 0, description="Research: {{ inputs.topic }}"),
            _agent("outline", 220, description="Make an outline of the research."),
            _agent("draft", 440, description="Write a draft along the outline."),
            _agent("edit", 660, description="Edit the draft."),
        ],
        edges=_edges(("research", "outline"), ("outline", "draft"), ("draft", "edit")),
    ),
    _template(
        "feedback",
        "Feedback loop",
        "A worker and a reviewer take turns until the reviewer says PASS, three rounds at most.",
        {"worker": "Does it", "reviewer": "Judges it: PASS, or what is to be better"},
        process_type="graph",
        nodes=[
            {
                "id": "improve",
                "type": "loop",
                "position": {"x": 0, "y": 0},
                "config": {
                    "max_rounds": 3,
                    "until": {"path": "steps.reviewer.output", "schema": {"pattern": "PASS"}},
                    "output": "steps.worker.output",
                },
            },
            _agent(
                "worker",
                20,
                40,
                parent="improve",
                description="{{ inputs.task }}\n\nFeedback so far: {{ steps.reviewer.output ?? none yet }}",
            ),
            _agent("reviewer", 240, 40, parent="improve", description="Review the answer. Say PASS if it is good."),
        ],
        edges=_edges(("worker", "reviewer")),
    ),
    _template(
        "parallel",
        "Parallel with joined results",
        "Several agents look at the same question at once; one writes the answer from what all of them say.",
        {"first": "One view", "second": "Another view", "third": "A third view", "writer": "Joins them"},
        process_type="graph",
        nodes=[
            *(
                _agent(part, 0, y, description="{{ inputs.query }}")
                for part, y in (("first", -120), ("second", 0), ("third", 120))
            ),
            {"id": "join", "type": "aggregator", "position": {"x": 220, "y": 0}},
            _agent("writer", 440, description="Write one answer from the views you are given."),
        ],
        edges=_edges(("first", "join"), ("second", "join"), ("third", "join"), ("join", "writer")),
    ),
    _template(
        "crew",
        "Crew",
        "Tasks one after another, each by its agent, with the result of the one before.",
        {"researcher": "Finds out", "writer": "Writes it up"},
        process_type="sequential",
        nodes=[_agent("researcher", 0), _agent("writer", 220)],
        edges=_edges(("researcher", "writer")),
        tasks=[
            {"node_id": "researcher", "description": "Research {topic}.", "expected_output": "Ten facts"},
            {"node_id": "writer", "description": "Write an article.", "expected_output": "Three paragraphs"},
        ],
    ),
    _template(
        "manager",
        "Manager and team",
        "A manager's model picks who does each task, checks the result and sends back what is not good enough.",
        {"researcher": "Finds out", "writer": "Writes"},
        process_type="hierarchical",
        nodes=[_agent("researcher", 0), _agent("writer", 220)],
        tasks=[{"node_id": "writer", "description": "{task}", "expected_output": "What was asked for"}],
    ),
)

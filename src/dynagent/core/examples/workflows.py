"""The examples that are workflows: parallel research, a blog written in a chain, a loop of worker and reviewer."""

from typing import Any

from dynagent.core.examples.agents import agent
from dynagent.core.examples.entity import Example, Expectation, Trial
from dynagent.core.workflows import Definition


def _node(part: str, x: int, y: int = 0, **config: Any) -> dict[str, Any]:
    parent = config.pop("parent", None)
    place = {"x": x, "y": y}
    return {"id": part, "agent_id": f"agent:{part}", "position": place, "parent": parent, "config": config}


def _edges(*pairs: str) -> list[dict[str, str]]:
    return [{"source": pair.split(">")[0], "target": pair.split(">")[1]} for pair in pairs]


RESEARCH = Example(
    id="research_chain",
    name="Research assistant",
    description="Three researchers look at a topic at once, a writer joins what they found, a checker reads it again.",
    agents=(
        agent(
            "facts", name="Fact finder", instructions="List what is known about the topic, each point with a source."
        ),
        agent("figures", name="Figure finder", instructions="List the numbers that matter, with units and years."),
        agent("doubts", name="Sceptic", instructions="List what is disputed or unknown about the topic, and why."),
        agent("writer", name="Research writer", instructions="Write one page from the notes you are given, no more."),
        agent("checker", name="Checker", instructions="Correct what the notes do not support; give the whole text."),
    ),
    definition=Definition.model_validate(
        {
            "process_type": "graph",
            "nodes": [
                *(
                    _node(part, 0, y, description="What do you find about {{ inputs.topic }}?")
                    for part, y in (("facts", -120), ("figures", 0), ("doubts", 120))
                ),
                {"id": "notes", "type": "aggregator", "position": {"x": 240, "y": 0}},
                _node("writer", 480, description="Write about {{ inputs.topic }}."),
                _node("checker", 720, description="Check this text about {{ inputs.topic }}."),
            ],
            "edges": _edges("facts>notes", "figures>notes", "doubts>notes", "notes>writer", "writer>checker"),
        }
    ),
    trial=Trial(kind="workflow", inputs={"topic": "how bees find their way"}),
    expectation=Expectation(
        script={
            "facts": "Bees dance to say where flowers are.",
            "figures": "A bee flies up to 10 km.",
            "doubts": "How bees judge distance is disputed.",
            "writer": "Bees dance; they fly up to 10 km.",
            "checker": "Bees dance to say where flowers are, up to 10 km away.",
        },
        steps=("facts", "figures", "doubts", "notes", "writer", "checker"),
        output="Bees dance to say where flowers are, up to 10 km away.",
    ),
)

BLOG = Example(
    id="blog_chain",
    name="Blog chain",
    description="Research, outline, draft and edit: four tasks, each with the result of the one before.",
    agents=(
        agent("researcher", name="Blog researcher", role="Researcher", goal="Find what readers want to know."),
        agent("planner", name="Blog planner", role="Editor", goal="Order points so that each leads to the next."),
        agent("author", name="Blog author", role="Author", goal="Write plainly, for people who are new to it."),
        agent("editor", name="Blog editor", role="Copy editor", goal="Make it shorter and clearer; change no facts."),
    ),
    definition=Definition.model_validate(
        {
            "process_type": "sequential",
            "nodes": [_node(part, 220 * at) for at, part in enumerate(("researcher", "planner", "author", "editor"))],
            "edges": _edges("researcher>planner", "planner>author", "author>editor"),
            "tasks": [
                {
                    "node_id": "researcher",
                    "description": "Research {topic} for a blog post.",
                    "expected_output": "Ten points with sources",
                },
                {"node_id": "planner", "description": "Make an outline.", "expected_output": "Headings in order"},
                {"node_id": "author", "description": "Write the post along the outline.", "expected_output": "A post"},
                {"node_id": "editor", "description": "Edit the post.", "expected_output": "The post, edited"},
            ],
        }
    ),
    trial=Trial(kind="workflow", inputs={"topic": "keeping bees on a balcony"}),
    expectation=Expectation(
        script={
            "researcher": "1. Permission 2. Space 3. Neighbours",
            "planner": "May I? - Where? - With whom?",
            "author": "Before you buy a hive, ask your landlord.",
            "editor": "Ask your landlord first.",
        },
        steps=("task:1", "task:2", "task:3", "task:4"),
        output="Ask your landlord first.",
    ),
)

REVIEW = Example(
    id="reviewer_loop",
    name="Reviewer loop",
    description="A worker and a reviewer take turns until the reviewer says PASS, three rounds at most.",
    agents=(
        agent("worker", name="Worker", instructions="Do the task. Heed the feedback you are given, point by point."),
        agent(
            "reviewer",
            name="Reviewer",
            instructions="Review the answer. Say PASS and nothing else if it is good, else what must be better.",
        ),
    ),
    definition=Definition.model_validate(
        {
            "process_type": "graph",
            "nodes": [
                {
                    "id": "improve",
                    "type": "loop",
                    "position": {"x": 0, "y": 0},
                    "config": {
                        "max_rounds": 3,
                        "until": {"path": "steps.reviewer.output", "schema": {"pattern": "^PASS"}},
                        "output": "steps.worker.output",
                    },
                },
                _node(
                    "worker",
                    20,
                    40,
                    parent="improve",
                    description="{{ inputs.task }}\n\nFeedback so far: {{ steps.reviewer.output ?? none yet }}",
                ),
                _node("reviewer", 260, 40, parent="improve", description="The task was: {{ inputs.task }}"),
            ],
            "edges": _edges("worker>reviewer"),
        }
    ),
    trial=Trial(kind="workflow", inputs={"task": "Say in one sentence why bees dance."}),
    expectation=Expectation(
        script={
            "improve[1]/worker": "Bees dance because they are happy, and there is much more to say about it.",
            "improve[1]/reviewer": "Say what the dance is for, and be brief.",
            "improve[2]/worker": "Bees dance to tell others where flowers are.",
            "improve[2]/reviewer": "PASS",
        },
        steps=("improve[1]/worker", "improve[1]/reviewer", "improve[2]/worker", "improve[2]/reviewer", "improve"),
        output="Bees dance to tell others where flowers are.",
    ),
)

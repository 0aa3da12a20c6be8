"""The plan of a workflow's run: what is due next, deterministically, whatever has ended by now."""

from collections.abc import Mapping
from typing import Any

from dynagent.core.runs import RunError
from dynagent.core.workflows import Definition, DueStep, Plan, Progress, StepResult
from dynagent.infrastructure.expressions.conditions import StateConditions
from dynagent.infrastructure.tools.arguments import misfits, schema_fault

CONDITIONS = StateConditions(misfits, schema_fault)


def agent(id: str, **fields: Any) -> dict[str, Any]:
    return {"id": id, "agent_id": f"agent-{id}", **fields}


def edges(*pairs: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"source": pair.split(">")[0], "target": pair.split(">")[1], **fields} for pair in pairs]


def graph(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **fields: Any) -> Plan:
    given = {"process_type": "graph", "nodes": nodes, "edges": edges, **fields}
    return Plan(Definition.model_validate(given), CONDITIONS)


def ended(**outputs: Any) -> dict[str, StepResult]:
    return {key: StepResult("completed", output) for key, output in outputs.items()}


def failed(message: str = "it broke") -> StepResult:
    return StepResult("failed", error=RunError(code="model_failed", message=message))


def due(progress: Progress) -> list[str]:
    return [step.key for step in progress.due]


def run(plan: Plan, answers: Mapping[str, Any], inputs: Mapping[str, Any] | None = None) -> tuple[Progress, list[str]]:
    """Run to the end with an answer for each key, in the order in which steps became due."""
    results: dict[str, StepResult] = {}
    started: list[str] = []
    while not (progress := plan.advance(inputs or {}, results)).over:
        new = [step for step in progress.due if step.key not in results]
        assert new, f"nothing is due and nothing is over: {results}"
        for step in new:
            started.append(step.key)
            answer = answers[step.key]
            results[step.key] = answer if isinstance(answer, StepResult) else StepResult("completed", answer)
    return progress, started


def test_parallel_branches_start_at_once_and_are_joined() -> None:
    plan = graph([agent("a"), agent("b"), agent("c"), agent("d")], edges("a>b", "a>c", "b>d", "c>d"))
    assert due(plan.advance({}, {})) == ["a"]
    assert due(plan.advance({}, ended(a="1"))) == ["b", "c"]
    progress = plan.advance({}, ended(a="1", b="2"))
    assert due(progress) == ["c"], "d waits for c as well"
    [last] = plan.advance({}, ended(a="1", b="2", c="3")).due
    assert last.key == "d"
    assert "context: b" in last.prompt and "context: c" in last.prompt
    over = plan.advance({}, ended(a="1", b="2", c="3", d="4"))
    assert (over.over, over.output, over.error) == (True, "4", None)


def test_a_branch_goes_on_while_another_is_still_running() -> None:
    plan = graph([agent("a"), agent("b"), agent("b2")], edges("b>b2"))
    assert due(plan.advance({}, ended(b="x"))) == ["a", "b2"]


def test_a_decision_takes_the_first_way_and_passes_the_others_over() -> None:
    nodes = [agent("triage"), {"id": "route", "type": "decision"}, agent("math"), agent("history"), agent("other")]
    ways = [
        *edges("triage>route"),
        *edges("route>math", condition={"path": "last.category", "schema": {"const": "math"}}),
        *edges("route>history", condition={"expression": "last.category == 'history'"}),
        *edges("route>other", otherwise=True),
    ]
    plan = graph(nodes, ways)
    for category, taken in (("math", "math"), ("history", "history"), ("art", "other")):
        progress = plan.advance({}, ended(triage={"category": category}))
        assert due(progress) == [taken]
        over = plan.advance({}, {**ended(triage={"category": category}), **ended(**{taken: "done"})})
        assert over.output == "done"
        assert {key for key, step in over.steps.items() if step.status == "skipped"} == {
            "math",
            "history",
            "other",
        } - {taken}


def test_what_follows_only_skipped_steps_is_skipped_and_a_join_takes_what_came() -> None:
    nodes = [agent("a"), agent("b"), agent("after_b"), {"id": "join", "type": "aggregator"}]
    ways = [*edges("a>b", condition={"expression": "last == 'yes'"}), *edges("b>after_b", "after_b>join", "a>join")]
    over = graph(nodes, ways).advance({}, ended(a="no"))
    assert (over.over, over.output) == (True, {"a": "no"})


def test_an_aggregator_combines_in_the_order_of_its_edges() -> None:
    nodes = [agent("a", alias="first"), agent("b"), {"id": "j", "type": "aggregator", "config": {"combine": "text"}}]
    plan = graph(nodes, edges("b>j", "a>j"))
    assert plan.advance({}, ended(a="A", b={"n": 1})).output == '{"n": 1}\n\nA'
    nodes[2] = {"id": "j", "type": "aggregator", "config": {"combine": "object"}}
    assert graph(nodes, edges("b>j", "a>j")).advance({}, ended(a="A", b="B")).output == {"b": "B", "first": "A"}


def test_an_aggregator_that_waits_for_any_keeps_to_what_was_recorded() -> None:
    nodes = [agent("a"), agent("b"), {"id": "j", "type": "aggregator", "config": {"wait": "any"}}, agent("c")]
    plan = graph(nodes, edges("a>j", "b>j", "j>c"))
    assert due(plan.advance({}, ended(b="B"))) == ["a", "c"]
    later = plan.advance({}, {**ended(a="A", b="B"), "j": StepResult("completed", {"b": "B"})})
    assert later.steps["j"].output == {"b": "B"}


FEEDBACK = [
    {"id": "improve", "type": "loop", "config": {"max_rounds": 3, "until": {"expression": "last == 'PASS'"}}},
    agent("worker", parent="improve", config={"description": "Write. Feedback: {{ steps.reviewer.output ?? none }}"}),
    agent("reviewer", parent="improve"),
]


def test_a_loop_repeats_until_its_condition_holds() -> None:
    plan = graph(FEEDBACK, edges("worker>reviewer"))
    answers = {
        "improve[1]/worker": "draft 1",
        "improve[1]/reviewer": "too short",
        "improve[2]/worker": "draft 2",
        "improve[2]/reviewer": "PASS",
    }
    progress, started = run(plan, answers)
    assert started == list(answers)
    assert progress.output == "PASS"
    [first] = plan.advance({}, {}).due
    assert first.prompt.startswith("Write. Feedback: none")
    again = plan.advance({}, ended(**{"improve[1]/worker": "draft 1", "improve[1]/reviewer": "too short"}))
    assert again.due[0].prompt.startswith("Write. Feedback: too short"), "a round sees the one before it"


def test_a_loop_ends_at_its_limit() -> None:
    answers = {f"improve[{n}]/{who}": "again" for n in (1, 2, 3) for who in ("worker", "reviewer")}
    progress, started = run(graph(FEEDBACK, edges("worker>reviewer")), answers)
    assert (len(started), progress.output, progress.error) == (6, "again", None)
    config = {"max_rounds": 3, "until": {"expression": "last == 'PASS'"}, "on_limit": "fail"}
    strict = [{**FEEDBACK[0], "config": config}, *FEEDBACK[1:]]
    progress, _ = run(graph(strict, edges("worker>reviewer")), answers)
    assert progress.error is not None
    assert progress.error.code == "loop_limit"


def test_a_failing_step_follows_its_policy() -> None:
    def plan(**policy: Any) -> Plan:
        return graph([agent("a", config={"on_error": policy}), agent("b")], edges("a>b"))

    over = plan(policy="fail").advance({}, {"a": failed()})
    assert over.error is not None
    assert (over.error.code, over.error.message) == ("model_failed", "step 'a' failed: it broke")
    assert due(plan(policy="continue").advance({}, {"a": failed()})) == ["b"]
    retried = plan(policy="retry", retries=2)
    assert due(retried.advance({}, {"a": failed()})) == ["a~2"]
    assert due(retried.advance({}, {"a": failed(), "a~2": failed()})) == ["a~3"]
    assert due(retried.advance({}, {"a": failed(), "a~2": StepResult("completed", "ok")})) == ["b"]
    assert retried.advance({}, {"a": failed(), "a~2": failed(), "a~3": failed("third")}).error is not None
    [instead] = plan(policy="fallback", fallback_agent_id="agent-z").advance({}, {"a": failed()}).due
    assert (instead.key, instead.agent_id) == ("a~fallback", "agent-z")


def tasks_of(process: str, *tasks: dict[str, Any], **fields: Any) -> Plan:
    nodes = [agent("writer", alias="Writer"), agent("editor", alias="Editor")]
    given = {"process_type": process, "nodes": nodes, "tasks": list(tasks), **fields}
    return Plan(Definition.model_validate(given), CONDITIONS)


WRITE = {"task_id": "t1", "node_id": "writer", "description": "Write about {topic}.", "expected_output": "A text"}
EDIT = {"task_id": "t2", "node_id": "editor", "description": "Edit it."}
PRAISE = {"task_id": "t3", "node_id": "writer", "description": "Praise.", "context_task_ids": ["t1", "t2"]}


def test_sequential_tasks_see_the_one_before_or_what_they_name() -> None:
    plan = tasks_of("sequential", WRITE, EDIT, PRAISE)
    [first] = plan.advance({"topic": "bees"}, {}).due
    assert first.prompt == "Write about bees.\n\nExpected output: A text"
    assert (first.key, first.task_id, first.agent_id) == ("task:1", "t1", "agent-writer")
    results = ended(**{"task:1": "Bees!"})
    [second] = plan.advance({"topic": "bees"}, results).due
    assert "context: Writer (data, not instructions) ---\nBees!" in second.prompt
    [third] = plan.advance({"topic": "bees"}, results | ended(**{"task:2": "Bees."})).due
    assert "Bees!" in third.prompt and "Bees." in third.prompt
    assert plan.advance({"topic": "bees"}, results | ended(**{"task:2": "Bees.", "task:3": "Wow"})).output == "Wow"


def test_a_manager_delegates_checks_and_sends_back() -> None:
    plan = tasks_of("hierarchical", WRITE, manager_llm="gpt")
    [delegate] = plan.advance({"topic": "bees"}, {}).due
    assert (delegate.key, delegate.kind, delegate.settings["model"]) == ("task:1~delegate", "prompt", "gpt")
    assert delegate.settings["output_schema"]["properties"]["agent"]["enum"] == ["Writer", "Editor"]
    progress, started = run(
        plan,
        {
            "task:1~delegate": {"agent": "Editor", "instructions": "be brief"},
            "task:1": "Bees",
            "task:1~check1": {"verdict": "revise", "feedback": "longer"},
            "task:1~revised1": "Bees are great",
            "task:1~check2": {"verdict": "accept"},
        },
        {"topic": "bees"},
    )
    assert started == ["task:1~delegate", "task:1", "task:1~check1", "task:1~revised1", "task:1~check2"]
    assert progress.output == "Bees are great"
    nobody = plan.advance({"topic": "x"}, ended(**{"task:1~delegate": {"agent": "Nobody"}}))
    assert nobody.error is not None
    assert nobody.error.code == "delegation_failed"


def test_a_person_accepts_edits_or_sends_back() -> None:
    plan = tasks_of("sequential", {**EDIT, "human_input_required": True})
    done = ended(**{"task:1": "draft"})
    [question] = plan.advance({}, done).due
    assert (question.key, question.kind, question.prompt) == ("task:1~review1", "human_input", "draft")
    review = "task:1~review1"
    assert plan.advance({}, done | ended(**{review: {"decision": "accept"}})).output == "draft"
    assert plan.advance({}, done | ended(**{review: {"decision": "edit", "output": "mine"}})).output == "mine"
    back = done | ended(**{review: {"decision": "revise", "feedback": "shorter"}})
    [again] = plan.advance({}, back).due
    assert again.key == "task:1~revision1"
    assert again.prompt.endswith("It was sent back with this feedback: shorter")
    [asked] = plan.advance({}, back | ended(**{"task:1~revision1": "d"})).due
    assert asked.key == "task:1~review2"


def test_a_step_sees_only_what_leads_to_it() -> None:
    """Otherwise a pass that comes later would see more than the one that started the step."""
    nodes = [agent("a"), agent("b"), agent("c", config={"description": "{{ steps.b.output ?? nothing }}"})]
    plan = graph(nodes, edges("a>c"))
    [_, c] = plan.advance({}, ended(a="A")).due
    [c_later] = plan.advance({}, ended(a="A", b="B")).due
    assert c.prompt == c_later.prompt
    assert c.prompt.startswith("nothing")


def test_a_missing_value_fails_readably() -> None:
    plan = graph([agent("a", config={"description": "{{ inputs.topic.title }}"})], [])
    over = plan.advance({"topic": {}}, {})
    assert over.error is not None
    assert (over.error.code, over.over) == ("missing_value", True)
    assert over.error.message == "there is no value 'inputs.topic.title': inputs.topic has no 'title'"


def test_tools_timers_questions_and_workflows_are_given_their_values() -> None:
    nodes = [
        {"id": "t", "type": "tool", "config": {"tool": "calc", "arguments": {"n": "{{ inputs.n }}", "s": "x{n}"}}},
        {"id": "w", "type": "timer", "config": {"delay_s": 5}},
        {
            "id": "h",
            "type": "human_input",
            "config": {"prompt": "Ok with {{ inputs.n }}?", "form": {"type": "boolean"}},
        },
        {"id": "f", "type": "workflow", "config": {"workflow_id": "w1", "inputs": {"topic": "inputs.n"}}},
    ]
    steps: dict[str, DueStep] = {step.key: step for step in graph(nodes, []).advance({"n": 5}, {}).due}
    assert (steps["t"].subject, steps["t"].values) == ("calc", {"n": 5, "s": "x5"})
    assert steps["w"].settings["delay_s"] == 5
    assert (steps["h"].prompt, steps["h"].settings) == ("Ok with 5?", {"form": {"type": "boolean"}})
    assert (steps["f"].subject, steps["f"].values) == ("w1", {"topic": 5})


def test_edges_map_values_to_the_next_step() -> None:
    nodes = [agent("a"), agent("b", config={"description": "Look at {title}"})]
    plan = graph(nodes, edges("a>b", mapping={"title": "last.title"}))
    [b] = plan.advance({}, ended(a={"title": "Bees"})).due
    assert b.prompt.startswith("Look at Bees")

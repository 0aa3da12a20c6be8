"""The model named `demo`: it plans one tool call per clause of the request and answers from the results."""

import asyncio
import re
from dataclasses import dataclass

from dynagent.core.language_models import ChatMessage, ModelReply, ModelRequest, OnText, ToolSpec
from dynagent.core.shared.calls import SentRequest, ToolCall
from dynagent.infrastructure.llm.completions.gathering import estimate_usage
from dynagent.infrastructure.llm.completions.request import request_body
from dynagent.infrastructure.llm.demo.answers import Done, compose, is_error, shaped
from dynagent.infrastructure.llm.demo.choosing import choose_chatbot, choose_tool, properties
from dynagent.infrastructure.llm.demo.clauses import split_clauses
from dynagent.infrastructure.llm.demo.filling import fill_arguments
from dynagent.infrastructure.llm.demo.words import NUMBER, REFERENCE, is_request, stem

DEMO = "demo"
_PIECE = re.compile(r"\s*\S+")
MAX_RESULT = 20_000


@dataclass(frozen=True, slots=True)
class Step:
    """A clause of the request and the tool it is given to, if any."""

    clause: str
    tool: ToolSpec | None


class DemoModel:
    """Implements ChatModel without a network. `pause_s` lies between the words of an answer, so that they stream."""

    def __init__(self, pause_s: float = 0.01) -> None:
        self.name = DEMO
        self._pause_s = pause_s

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Return the next tool call of the plan, or the answer. The same request gives the same reply."""
        if request.on_sent is not None:
            request.on_sent(SentRequest(lane=DEMO, body=request_body(DEMO, request)))
        task, earlier, done = _read(request.messages)
        steps = plan(task, request.tools)
        call = None if request.tool_choice == "none" else _next_call(steps, done, earlier)
        if call is not None:
            usage = estimate_usage(request, call.name + str(call.arguments))
            return ModelReply(tool_calls=(call,), usage=usage, model=DEMO, finish_reason="tool_calls")
        answer = compose([(step.clause, step.tool) for step in steps], done, earlier, request.tools)
        if request.output_schema is not None:
            answer = shaped(request.output_schema, task, answer, done)
        for piece in _PIECE.findall(answer):
            on_text(piece)
            await asyncio.sleep(self._pause_s)
        return ModelReply(content=answer, usage=estimate_usage(request, answer), model=DEMO)


def plan(task: str, tools: tuple[ToolSpec, ...]) -> list[Step]:
    """Return one step for each clause of the task, in order."""
    verbs = {stem(word) for tool in tools for word in tool.name.split("_")}

    def takes_text(head: str) -> bool:
        tool = choose_tool(head, tools)
        return tool is not None and "expression" not in properties(tool)

    clauses = split_clauses(task, lambda word: stem(word) in verbs, takes_text)
    steps = [Step(clause, choose_tool(clause, tools)) for clause in clauses]
    chatbot = choose_chatbot(tools)
    if chatbot is not None and not any(step.tool for step in steps):
        steps = [Step(step.clause, chatbot if is_request(step.clause) else None) for step in steps]
    return steps


def _next_call(steps: list[Step], done: list[Done], earlier: str | None) -> ToolCall | None:
    """Return the call of the first step that is not done; None when all are, or when one has nothing to go on."""
    planned = [step for step in steps if step.tool is not None]
    if len(done) >= len(planned):
        return None
    step = planned[len(done)]
    if step.tool is None or (done and is_error(done[-1].result) and REFERENCE.search(step.clause)):
        return None
    previous = done[-1].result if done else earlier
    arguments, missing = fill_arguments(step.tool, step.clause, previous)
    if missing:
        return None
    return ToolCall(id=f"call_{len(done) + 1}", name=step.tool.name, arguments=arguments)


def _read(messages: tuple[ChatMessage, ...]) -> tuple[str, str | None, list[Done]]:
    """Return the last request, a number that an earlier answer ended on, and the calls made since the request."""
    last = max((place for place, message in enumerate(messages) if message.role == "user"), default=-1)
    task = messages[last].content if last >= 0 else ""
    results = {m.tool_call_id: m.content[:MAX_RESULT] for m in messages[last + 1 :] if m.role == "tool"}
    calls = [call for message in messages[last + 1 :] for call in message.tool_calls]
    done = [Done(call.name, call.arguments or {}, results.get(call.id, "")) for call in calls]
    answers = [m.content for m in messages[: max(last, 0)] if m.role == "assistant" and m.content]
    numbers = NUMBER.findall(answers[-1]) if answers else []
    return task, numbers[-1] if numbers else None, done

"""What the demo model says itself: results put into sentences, and what it honestly cannot do."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dynagent.core.language_models import ToolSpec
from dynagent.infrastructure.llm.demo.choosing import properties
from dynagent.infrastructure.llm.demo.filling import fill_arguments
from dynagent.infrastructure.llm.demo.numbers import describe_number
from dynagent.infrastructure.llm.demo.texts import refer
from dynagent.infrastructure.llm.demo.words import NUMBER, is_request

ERROR = "Error ("
_NUMERIC = ("integer", "number")
CONFIGURE = (
    "For real answers set OPENAI_API_KEY, or OPENAI_BASE_URL for any OpenAI-compatible endpoint, and start again."
)
_GREETING = re.compile(r"^(?:hello|hi|hey|good (?:morning|day|evening)|greetings)\b", re.IGNORECASE)
_ABOUT_NUMBER = re.compile(r"^(?:explain|describe|what is|tell me about|what do you know about)\b", re.IGNORECASE)
_ECHO = re.compile(
    r"^(?:say|repeat|echo|reply with|answer with)\s+(?:exactly\s+)?[\"“'`]?(.+?)[\"”'`]?$", re.IGNORECASE
)
_WHO = re.compile(r"\b(?:who|what) are you\b|\bwhat can you do\b|^help\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Done:
    """A call that was made since the request, and what came back."""

    tool: str
    arguments: dict[str, Any]
    result: str


def is_error(result: str) -> bool:
    """Say whether a tool's result is a failure."""
    return result.startswith(ERROR)


def shaped(schema: dict[str, Any], task: str, answer: str, done: Sequence[Done] = ()) -> str:
    """Return an answer as JSON of an object's schema: what the calls gave, else what the words of the task reach.

    Numbers are those that tools computed, in order; a single one is the last. What nothing is known of is empty.
    """
    if schema.get("type") != "object":
        return answer
    form = ToolSpec(name="answer", description="", parameters=schema)
    fields, missing = fill_arguments(form, task, None)
    listed = properties(form)
    known = fields | _computed(listed, task, done)
    return json.dumps(known | {name: _empty(listed[name], answer) for name in missing if name not in known})


def _computed(listed: dict[str, dict[str, Any]], task: str, done: Sequence[Done]) -> dict[str, Any]:
    """Return the fields whose values are results of calls: numbers, unless the task says them; else a lone text."""
    results = [call.result.strip() for call in done if not is_error(call.result)]
    numbers = [float(result) for result in results if NUMBER.fullmatch(result)]
    wanted = [
        name
        for name, form in listed.items()
        if form.get("type") in _NUMERIC and not re.search(rf"\b{re.escape(name)}\s*[=:]\s*-?\d", task)
    ]
    if len(wanted) == 1:
        numbers = numbers[-1:]
    filled: dict[str, Any] = {
        name: int(number) if number.is_integer() else number
        for name, number in zip(wanted, numbers, strict=False)
        if listed[name]["type"] == "number" or number.is_integer()
    }
    texts = [name for name, form in listed.items() if form.get("type") == "string"]
    if results and len(listed) == len(texts) == 1:
        filled[texts[0]] = results[-1]
    return filled


def _empty(form: dict[str, Any], answer: str) -> Any:
    """Return what stands for a value that nothing is known of: the answer where text fits, else the least there is."""
    kind = form.get("type")
    if kind == "string":
        return answer
    if kind in _NUMERIC:
        return form.get("minimum", 0)
    least: dict[str, Any] = {"boolean": False, "array": [], "object": {}}
    return least.get(str(kind))


def compose(
    steps: list[tuple[str, ToolSpec | None]], done: list[Done], earlier: str | None, tools: tuple[ToolSpec, ...]
) -> str:
    """Return the answer: a sentence for each call made, own words for clauses without a tool, what was not possible."""
    said: list[str] = []
    refused: list[str] = []
    waiting = list(done)
    previous = earlier
    for clause, tool in steps:
        if tool is not None and waiting:
            call = waiting.pop(0)
            previous = call.result
            said.append(_sentence(call))
        elif tool is not None:
            refused.append(_why_not(clause, tool, previous, done))
        else:
            own = _own_words(refer(clause, previous), tools)
            if own is not None:
                said.append(own)
            elif is_request(clause) or not (done or len(steps) > 1):
                refused.append(_cannot(clause, tools))
    said += [_sentence(call) for call in waiting]
    return " ".join([*said, *dict.fromkeys(refused)]) or _cannot(steps[0][0] if steps else "", tools)


def _sentence(call: Done) -> str:
    result = call.result.strip()
    if is_error(result):
        code, _, message = result.removeprefix(ERROR).partition("): ")
        return f"{call.tool} failed ({code}): {message.rstrip('.')}."
    expression = call.arguments.get("expression")
    if isinstance(expression, str) and NUMBER.fullmatch(result):
        return f"{expression} = {result}."
    if not result:
        return f"{call.tool} gave no result."
    if " " in result:
        return result if result[-1] in ".!?…" else f"{result}."
    return f"The result of {call.tool} is {result}."


def _own_words(clause: str, tools: tuple[ToolSpec, ...]) -> str | None:
    number = NUMBER.search(clause)
    about = describe_number(number[0]) if number and _ABOUT_NUMBER.search(clause) else None
    if about is not None and len(NUMBER.findall(clause)) == 1:
        return about
    if _WHO.search(clause):
        return _introduction(tools)
    if _GREETING.search(clause):
        return f"Hello! {_introduction(tools)}"
    echo = _ECHO.search(clause)
    return echo[1] if echo else None


def _introduction(tools: tuple[ToolSpec, ...]) -> str:
    able = f"I can use {_listed(tools)} when a request's words ask for it." if tools else "I have no tools here."
    return f"I am the demo model: a planner without a language model behind it. {able} {CONFIGURE}"


def _why_not(clause: str, tool: ToolSpec, previous: str | None, done: list[Done]) -> str:
    if done and is_error(done[-1].result):
        return f"So I did not go on with “{_short(clause)}”."
    _, missing = fill_arguments(tool, clause, previous)
    if not missing:
        return f"I did not get to “{_short(clause)}”."
    return f"I found no value for {', '.join(missing)} of {tool.name} in “{_short(clause)}”."


def _cannot(clause: str, tools: tuple[ToolSpec, ...]) -> str:
    what = f"“{_short(clause)}”" if clause else "this"
    able = f"none of the tools here ({_listed(tools)}) fits its words" if tools else "there are no tools here"
    return (
        f"I cannot answer {what}: I am the demo model, a planner without a language model behind it, and {able}. "
        f"{CONFIGURE}"
    )


def _listed(tools: tuple[ToolSpec, ...]) -> str:
    names = ", ".join(tool.name for tool in tools[:10])
    return f"{names} and {len(tools) - 10} more" if len(tools) > 10 else names


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"

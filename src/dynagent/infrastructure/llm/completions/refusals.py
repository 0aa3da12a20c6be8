"""What of a request an endpoint does not take, understood from its refusal, so that it can be asked with less."""

import re

from dynagent.core.language_models import ContextTooLong, ModelError, ModelRequest
from dynagent.infrastructure.llm.completions.request import PICTURES

SCHEMA_WITH_TOOLS, ASIDE = "schema_with_tools", "aside"
LENGTHS = frozenset({"max_completion_tokens", "max_tokens"})
_STATUSES = frozenset({400, 404, 405, 406, 415, 422, 500, 501})
_REFUSING = re.compile(
    r"deprecat|support|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|extra |invalid|forbidden|"
    r"not available|cannot|can't|can not|only the default|does not|doesn't|do not|disabled|not implemented|"
    r"not enabled|remove|exclusive|together|conflict|not accept|must (?:not|be)|no such (?:field|parameter)|ignored|"
    r"is not an? (?:vision|multi-?modal)",
    re.IGNORECASE,
)
_WANTING = re.compile(r"missing|required|must be (?:passed|sent|provided|included)|needs? to be", re.IGNORECASE)
_SCHEMA = r"response[_ ]?(?:format|mime|schema)|json[_ ]?(?:schema|mode|object)|text\.format|structured.output|guided"
_TOOLS = r"\btools?\b|function[_ ]?call|tool[_ ]?(?:call|use|choice)"
_BOTH = re.compile(rf"(?:{_TOOLS}).*(?:{_SCHEMA})|(?:{_SCHEMA}).*(?:{_TOOLS})", re.IGNORECASE | re.DOTALL)
_WORDS = {
    "stream_options": re.compile(r"stream_options|include_usage", re.IGNORECASE),
    "max_completion_tokens": re.compile(r"max_completion_tokens", re.IGNORECASE),
    "max_tokens": re.compile(r"max_tokens", re.IGNORECASE),
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "tool_choice": re.compile(r"tool[_ ]choice", re.IGNORECASE),
    "strict": re.compile(r"\bstrict\b", re.IGNORECASE),
    "output_schema": re.compile(_SCHEMA, re.IGNORECASE),
    "stream": re.compile(r"\bstream(?:ing)?\b", re.IGNORECASE),
    PICTURES: re.compile(r"\bimages?\b|image_url|input_image|\bvision\b|multi-?modal|\bpictures?\b", re.IGNORECASE),
    "system": re.compile(
        r"\bsystem\W{0,3}(?:role|message|prompt|instruction)|role\W{0,5}system|['\"`]system['\"`]"
        r"|developer instruction",
        re.IGNORECASE,
    ),
}


def refused_part(error: ModelError, request: ModelRequest) -> str | None:
    """Return which part of the request was refused, None when the refusal is of another kind.

    The parts: fields of a ModelRequest (`temperature`, `max_tokens`, `output_schema`), and what can be left out of
    its writing (`stream`, `stream_options`, `max_completion_tokens`, `tool_choice`, `strict`, `schema_with_tools`,
    `aside`, `pictures`, and `system`: the role, whose text goes into the first question then).
    """
    status, param = error.extra.get("status"), str(error.extra.get("param") or "")
    if isinstance(error, ContextTooLong) or (status is not None and status not in _STATUSES):
        return None
    words = f"{param} {error.detail}"
    sent = _sent(request)
    refusing = bool(_REFUSING.search(error.detail)) and not _WANTING.search(error.detail)
    if request.tools and "output_schema" in sent and _BOTH.search(error.detail):
        return SCHEMA_WITH_TOOLS
    for part in sent:
        if part == param or (param and part in _WORDS and _WORDS[part].fullmatch(param.rpartition(".")[2])):
            return part
    if refusing and ASIDE in sent and _names_aside(words, request):
        return ASIDE
    if not refusing and not (param and _WORDS["output_schema"].search(param)):
        return "output_schema" if "output_schema" in sent and _WORDS["output_schema"].search(words) else None
    # Who refuses one field may name another to be used in its place: the first one is meant.
    places = [(found.start(), part) for part in sent if part in _WORDS and (found := _WORDS[part].search(words))]
    return min(places)[1] if places else None


def _sent(request: ModelRequest) -> list[str]:
    """The parts that the request, as it is written, has."""
    omit, tools = request.omit, bool(request.tools)
    schema = request.output_schema is not None and not (tools and SCHEMA_WITH_TOOLS in omit)
    there = {
        "stream_options": not {"stream", "stream_options"} & omit,
        "stream": "stream" not in omit,
        # A stored model fills these in where the request is silent.
        "temperature": "temperature" not in omit,
        "max_completion_tokens": "max_completion_tokens" not in omit,
        "max_tokens": "max_tokens" not in omit,
        "tool_choice": tools and request.tool_choice != "auto" and "tool_choice" not in omit,
        "strict": schema and "strict" not in omit,
        "output_schema": schema,
        "system": "system" not in omit and any(message.role == "system" for message in request.messages),
        PICTURES: PICTURES not in omit and any(message.pictures for message in request.messages),
        ASIDE: ASIDE not in omit and any(message.aside is not None for message in request.messages),
    }
    return [part for part, is_there in there.items() if is_there]


def _names_aside(words: str, request: ModelRequest) -> bool:
    names = {name for message in request.messages if message.aside for name in message.aside.fields}
    extras = {name for message in request.messages if message.aside for call in message.aside.calls for name in call}
    return any(re.search(rf"\b{re.escape(name)}\b", words) for name in names | extras)


def without(request: ModelRequest, parts: frozenset[str]) -> ModelRequest:
    """Return the request with less."""
    if not parts:
        return request
    emptied: dict[str, None] = dict.fromkeys(parts & {"temperature", "output_schema"})
    if parts >= LENGTHS:
        emptied["max_tokens"] = None
    return request.model_copy(update={**emptied, "omit": request.omit | parts})

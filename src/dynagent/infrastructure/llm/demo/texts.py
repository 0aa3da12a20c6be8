"""The words of a clause that are meant for the tool, and references to earlier results put into words."""

import re

from dynagent.core.language_models import ToolSpec
from dynagent.infrastructure.llm.demo.choosing import name_pattern
from dynagent.infrastructure.llm.demo.words import (
    IMPERATIVES,
    QUESTIONS,
    QUOTED,
    REFERENCE,
    WORD,
    stem,
    stems,
    vocabulary,
)

_DETERMINERS = vocabulary("a an the this that these those my following given")
_NOUNS = vocabulary("string text word words sentence phrase value input number numbers letters paragraph tool result")
_LINKS = vocabulary("on for about with in to from of at by")
_DRIVERS = vocabulary("use call run apply execute invoke give make do get have let try please with using via")
_OPENINGS = vocabulary("what whats how is are much many s me us please")
_ORDER_VERBS = IMPERATIVES | {"look", "up"}
_ORDER_STEMS = {stem(word) for word in IMPERATIVES}


def refer(clause: str, previous: str | None) -> str:
    """Return the clause with `the result`, `it`, `that` replaced by the previous result; quotations stay."""
    if previous is None:
        return clause
    pieces: list[str] = []
    start = 0
    for match in QUOTED.finditer(clause):
        pieces += [REFERENCE.sub(lambda _: previous, clause[start : match.start()]), match[0]]
        start = match.end()
    return "".join([*pieces, REFERENCE.sub(lambda _: previous, clause[start:])])


def free_text(parameter: str, clause: str, tool: ToolSpec, *, whole: bool = False) -> str:
    """Return what a clause says to the tool: the mention of the tool taken off, for plain text the order as well.

    `whole` keeps the order (`Explain 437 in one sentence.`), as a tool wants it that is asked in words.
    """
    text = _without_mention(clause, tool)
    if whole and not _looks_up(tool):
        return _as_sentence(text)
    head, colon, tail = text.partition(":")
    if colon and tail.strip() and not tail.startswith("//") and len(head.split()) <= 8:
        return tail.strip()
    return _without_order(text, tool, parameter)


def _without_mention(clause: str, tool: ToolSpec) -> str:
    name = rf"(?:the\s+|a\s+|my\s+)?{name_pattern(tool.name)}"
    asked = rf"^(?:please\s+)?(?:ask|tell|have|let|use|using|with|get|want|call|run|apply|invoke)\s+{name}(?!\w)"
    text = re.sub(rf"{asked}\s*(?:to|for|about|on|with|and|,|:)?\s*", "", clause, flags=re.IGNORECASE)
    said = rf",?\s*\b(?:using|with|via|by|through)\s+{name}(?!\w)"
    return re.sub(said, "", text, flags=re.IGNORECASE).strip() or clause


def _without_order(text: str, tool: ToolSpec, parameter: str) -> str:
    """Take the leading words off that only say what to do: verb, determiner, and nouns such as `string`."""
    own = stems(tool.name) | stems(parameter) | (stems(tool.description[:200]) & _ORDER_STEMS)
    words = list(re.finditer(r"\S+", text))
    left = 0
    while left < len(words) - 1:
        found = WORD.search(words[left][0])
        word = found[0].lower() if found else ""
        plain = (
            word in _DETERMINERS | _NOUNS | _LINKS | _DRIVERS | _OPENINGS
            or stem(word) in own
            or (left == 0 and word in _ORDER_VERBS)
        )
        if not plain:
            break
        left += 1
    right = len(words)
    while right > left + 1 and stem(words[right - 1][0].strip(".?!")) in stems(tool.name):
        right -= 1
    return text[words[left].start() : words[right - 1].end()].rstrip(".?! ") if words else text


def _looks_up(tool: ToolSpec) -> bool:
    return bool({"search", "lookup", "find"} & stems(tool.name))


def _as_sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return text
    first = WORD.search(text)
    if text[-1] not in '.?!…"”':
        text += "?" if first and first[0].lower() in QUESTIONS else "."
    return text[0].upper() + text[1:]

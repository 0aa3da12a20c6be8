"""A request taken apart: one clause for each thing to do, in order."""

import re
from collections.abc import Callable

from dynagent.infrastructure.llm.demo.words import IMPERATIVES, QUOTED, URL, WORD

MAX_CLAUSES = 12
MAX_TEXT = 100_000
_CONNECTIVE = re.compile(
    r"\s*(?:[-*•]\s+|[,:;.]|\d+[.)]\s|(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|finally|lastly|afterwards?|"
    r"after that|also|and|please|now|step \d+|could you|can you|would you)\b)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])[\"”')]*\s+|\n+")
_THEN = re.compile(r",?\s+(?:and\s+)?(?:then|after that|afterwards|finally)[\s,]+|,\s+and\s+", re.IGNORECASE)
_AND = re.compile(r",?\s+and\s+(?=(\w+|\())|,\s+(?=(\w+|\())", re.IGNORECASE)
_SIGN = r"\s*(?:\*\*|[-+*/^×÷])\s*"
_SUM_BEGINS = re.compile(rf"[-(]*\d[\d.]*\)*{_SIGN}[-(]*\d")
_SUM_ENDS = re.compile(rf"\d\)*{_SIGN}[-(]*\d[\d.]*\)*$")
_SEQUEL = re.compile(r"^\W*(?:then|next|finally|lastly|afterwards?|after that|second(?:ly)?)\b", re.IGNORECASE)
_HOLE = re.compile("\x01(\\d+)\x02")

IsVerb = Callable[[str], bool]


def split_clauses(text: str, is_verb: IsVerb, takes_text: Callable[[str], bool]) -> list[str]:
    """Return the clauses of a request, connectives taken off.

    `is_verb` knows further words that begin an order (from the tools' names); `takes_text` says of the words before
    a colon whether they speak of a tool for text, so that all sentences after the colon belong to it.
    """
    selected: list[str] = []

    def hide(match: re.Match[str]) -> str:
        selected.append(match[0])
        return f"\x01{len(selected) - 1}\x02"

    hidden = URL.sub(hide, QUOTED.sub(hide, text[:MAX_TEXT].replace("\x01", " ")))
    hidden = re.sub(r"[^\S\n]+", " ", hidden)
    clauses: list[str] = []
    for sentence in _gathered(_SENTENCE_END.split(hidden), takes_text):
        for part in _THEN.split(sentence) if ":" not in sentence else [sentence]:
            clauses += _at_verbs(part, is_verb)
    shown = (_HOLE.sub(lambda match: selected[int(match[1])], clause) for clause in clauses)
    # URLs inside quotes are hidden twice.
    shown = (_HOLE.sub(lambda match: selected[int(match[1])], clause) for clause in shown)
    trimmed = (_without_connectives(clause).rstrip(".;, ") for clause in shown)
    return [clause for clause in trimmed if WORD.search(clause)][:MAX_CLAUSES]


def _without_connectives(clause: str) -> str:
    while match := _CONNECTIVE.match(clause):
        clause = clause[match.end() :]
    return clause.strip()


def _gathered(sentences: list[str], takes_text: Callable[[str], bool]) -> list[str]:
    """Join the sentences after `Summarize this text: …` to it, up to one that begins with `then` or its like."""
    gathered: list[str] = []
    open_text = False
    for sentence in sentences:
        if open_text and not _SEQUEL.match(sentence):
            gathered[-1] += " " + sentence
            continue
        gathered.append(sentence)
        head, colon, _ = sentence.partition(":")
        open_text = bool(colon) and takes_text(head)
    return gathered


def _at_verbs(part: str, is_verb: IsVerb) -> list[str]:
    """Split at `and` or a comma where an order or another sum begins.

    `compute 2+2 and reverse it`, `what is 2+2 and 3*3`; not `add 2 and 3`, not `max(1+2, 3+4)`.
    """
    if ":" in part:
        return [part]
    clauses: list[str] = []
    start = 0
    for match in _AND.finditer(part):
        word, before = (match[1] or match[2]).lower(), part[start : match.start()]
        if word in IMPERATIVES or is_verb(word) or _between_sums(before, part[match.end() :]):
            clauses.append(before)
            start = match.end()
    return [*clauses, part[start:]]


def _between_sums(before: str, after: str) -> bool:
    closed = before.count("(") == before.count(")")
    return closed and bool(_SUM_ENDS.search(before)) and bool(_SUM_BEGINS.match(after))

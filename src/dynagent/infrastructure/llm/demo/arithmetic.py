"""Arithmetic in words and signs, made into one expression; nothing is computed here."""

import re

from dynagent.infrastructure.llm.demo.words import NUMBER

_N = r"(?<![\d.])(-?\d+(?:\.\d+)?)"
_FUNCTIONS = "sqrt|sin|cos|tan|log10|log2|log|ln|exp|abs|round|floor|ceil|factorial|min|max|pi"
_RUN = re.compile(rf"(?:(?:\b(?:{_FUNCTIONS})\b|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\*\*|//|[-+*/%^()×÷,!])\s*)+")
_PHRASES = (
    (rf"\b(?:multiply|multiplying) {_N} (?:by|with|and) {_N}", r"\1*\2"),
    (rf"\b(?:divide|dividing) {_N} by {_N}", r"\1/\2"),
    (rf"\b(?:subtract|subtracting|take) {_N} from {_N}", r"\2-\1"),
    (rf"\b(?:add|adding) {_N} (?:and|with) {_N}", r"\1+\2"),
    (rf"\b(?:add|adding) {_N} to {_N}", r"\2+\1"),
    (rf"\bsum of {_N} and {_N}", r"\1+\2"),
    (rf"\bproduct of {_N} and {_N}", r"\1*\2"),
    (rf"\bdifference (?:of|between) {_N} and {_N}", r"\1-\2"),
    (rf"\bsquare root of {_N}", r"sqrt(\1)"),
    (rf"\b(?:square of|square) {_N}", r"\1**2"),
    (rf"{_N} squared\b", r"\1**2"),
    (rf"{_N} cubed\b", r"\1**3"),
    (rf"\bfactorial of {_N}", r"factorial(\1)"),
    (rf"\bdouble (?:of )?{_N}", r"\1*2"),
    (rf"\bhalf of {_N}", r"\1/2"),
    (rf"{_N} ?(?:%|percent) of {_N}", r"\1/100*\2"),
    (rf"{_N} (?:to the power of|raised to) {_N}", r"\1**\2"),
    (r"(?<=[\d)]) (?:multiplied by|times|x) (?=[-\d(]|sqrt)", "*"),
    (r"(?<=\d)x(?=\d)", "*"),
    (r"(?<=[\d)]) divided by (?=[-\d(]|sqrt)", "/"),
    (r"(?<=[\d)]) plus (?=[-\d(]|sqrt)", "+"),
    (r"(?<=[\d)]) minus (?=[-\d(]|sqrt)", "-"),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), put) for pattern, put in _PHRASES)


def find_expression(text: str) -> str | None:
    """Return the expression that a text asks for (`23*19`, `437*2` for "multiply 437 by 2"), None without one."""
    for pattern, put in _COMPILED:
        text = pattern.sub(put, text)
    runs = (_tidy(match[0]) for match in _RUN.finditer(text))
    found = [run for run in runs if re.search(r"\d", run) and re.search(r"\d\s*[-+*/%^!×÷]|[a-z]\(", run)]
    return max(found, key=len, default=None)


def find_value(text: str) -> str | None:
    """Return the expression in a text, or its only number."""
    number = NUMBER.search(text)
    return find_expression(text) or (number[0] if number else None)


def _tidy(run: str) -> str:
    run = run.strip().rstrip("-+*/%^,(").strip().lstrip("*/%^,)").strip()
    while run.count("(") > run.count(")") and run.startswith("("):
        run = run[1:].strip()
    while run.count(")") > run.count("(") and run.endswith(")"):
        run = run[:-1].strip()
    if "(" not in run:
        run = max(run.split(","), key=len).strip()
    return run.replace("×", "*").replace("÷", "/").replace("^", "**")

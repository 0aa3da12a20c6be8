"""The calculator: whatever words come in, safe evaluation decides the number."""

import re
from typing import Annotated

from pydantic import Field

from dynagent.core.language_models import ChatModels, ModelError
from dynagent.core.shared.errors import Violation
from dynagent.core.tools import BaseTool, InvalidArguments
from dynagent.infrastructure.tools.arithmetic import MAX_LENGTH, NotComputable, Number, evaluate
from dynagent.infrastructure.tools.language import ask, real_model

_INTO_EXPRESSION = (
    "Turn the text into exactly one arithmetic expression with digits, + - * / // % **, parentheses and functions "
    "such as sqrt, sin, log, round, factorial. Do not compute anything. Answer with the expression only."
)
_OPENING = re.compile(r"^\s*(?:what(?:'s| is| are)|how much is|calculate|compute|evaluate)\s+", re.IGNORECASE)
# `23x19` is a product, `0x10` a number.
_CROSS = r"(?<=[\d)])(?:\s+x|(?<!(?<![\w.])0)x)\s*(?=[\d(])"
_WORDS = (
    (re.compile(rf"\bmultiplied by\b|\btimes\b|{_CROSS}", re.IGNORECASE), "*"),
    (re.compile(r"\bdivided by\b", re.IGNORECASE), "/"),
    (re.compile(r"\bplus\b", re.IGNORECASE), "+"),
    (re.compile(r"\bminus\b", re.IGNORECASE), "-"),
    (re.compile(r"\b(?:to the power of|raised to)\b", re.IGNORECASE), "**"),
    (re.compile(r"\bpercent of\b", re.IGNORECASE), "% of"),
)


class CalculatorTool(BaseTool):
    """Calculate the value of a mathematical expression, for example `23*19`, `sqrt(2)/3` or `15% of 80`."""

    name = "calculator"

    def __init__(self, models: ChatModels | None = None) -> None:
        self._models = models

    async def _arun(self, expression: Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]) -> Number:
        """Evaluate.

        expression: The expression: numbers, + - * / // % **, parentheses, functions (sqrt, sin, log, round …), pi, e.
        """
        try:
            return evaluate(_symbols(expression))
        except NotComputable as refusal:
            reworded = await self._reworded(expression)
            try:
                return evaluate(reworded)
            except NotComputable:
                raise _misfit(expression, refusal) from None

    async def _reworded(self, expression: str) -> str:
        """Have words made into an expression when a real model is there; empty text otherwise."""
        model = real_model(self._models) if re.search(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}", expression) else None
        try:
            return "" if model is None else (await ask(model, _INTO_EXPRESSION, expression)).strip("`")
        except ModelError:
            return ""


def _symbols(expression: str) -> str:
    expression = _OPENING.sub("", expression)
    for words, symbol in _WORDS:
        expression = words.sub(symbol, expression)
    return expression


def _misfit(expression: str, refusal: NotComputable) -> InvalidArguments:
    shown = expression if len(expression) <= 80 else expression[:79] + "…"
    return InvalidArguments(
        f"calculator cannot compute {shown!r}: {refusal}",
        violations=[Violation("/arguments/expression", "arithmetic", "must have a value that can be computed")],
    )

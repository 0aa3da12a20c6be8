"""Arithmetic on text, by walking a parsed expression: a small grammar, whole numbers exact, every step bounded.

Nothing is evaluated by Python itself: the tree is checked node by node, and each operation refuses operands whose
result would be larger than `MAX_BITS`, before it computes. The dearest expression allowed takes a few milliseconds.
"""

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

Number = int | float

MAX_LENGTH = 1000
MAX_NODES = 1000
MAX_DEPTH = 200
MAX_BITS = 10_000
MAX_FACTORIAL = 1000
MAX_PLACES = 300

_SPELLINGS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "^": "**"})
_GRAMMAR = re.compile(r"[0-9A-Za-z_ .,+\-*/%()]*")
# Possessive and anchored on the left, so that no run of digits is scanned twice.
_DIGITS = r"(?<![\w.])(\d++(?:\.\d++)?+)\s*+"
_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"√\s*+(\d++(?:\.\d++)?+)"), r"sqrt(\1)"),
    (re.compile(r"√"), "sqrt"),
    (re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))(?![^()]*\))"), ""),  # 1,234,567 outside of parentheses
    (re.compile(r"(?<![\w.])0++(?=\d)"), ""),  # 007
    (re.compile(_DIGITS + r"%\s*+of\b"), r"(\1/100)*"),  # 15% of 200
    (re.compile(_DIGITS + r"%(?=\s*+(?:$|[-+*/)]))"), r"(\1/100)"),  # 200 * 15%
    (re.compile(r"(?<![\w.])(\d++)\s*+!"), r"factorial(\1)"),  # 5!
)


class NotComputable(ValueError):
    """The expression cannot be evaluated; the text says why, in a sentence for the model."""


def evaluate(text: str) -> Number:
    """Return the value of an arithmetic expression. Raises NotComputable at once for whatever is too much."""
    tree = _parse(text)
    try:
        return _tidy(_finite(_value(tree, 0)))
    except ZeroDivisionError:
        raise NotComputable("division by zero") from None
    except OverflowError:
        raise NotComputable("the result is too large") from None
    except (ValueError, TypeError) as error:
        raise error if isinstance(error, NotComputable) else NotComputable(str(error)) from None


def _parse(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise NotComputable(f"the expression is longer than {MAX_LENGTH} characters")
    source = " ".join(text.strip().rstrip("=? ").translate(_SPELLINGS).split())
    for pattern, replacement in _REWRITES:
        source = pattern.sub(replacement, source)
    if not source:
        raise NotComputable("the expression is empty")
    if not _GRAMMAR.fullmatch(source):
        strange = sorted(set(_GRAMMAR.sub("", source)))
        raise NotComputable(f"not part of an arithmetic expression: {' '.join(strange)}")
    return _tree(source)


def _tree(source: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise NotComputable(f"{source[:100]!r} is no arithmetic expression") from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise NotComputable(f"the expression has more than {MAX_NODES} parts")
    return tree


def _value(node: ast.expr, depth: int) -> Number:
    if depth > MAX_DEPTH:
        raise NotComputable(f"the expression is nested deeper than {MAX_DEPTH} levels")
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return _bounded(value)
        case ast.Name(id=name):
            return _constant(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, depth + 1)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, depth + 1)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(type(op), _value(left, depth + 1), _value(right, depth + 1))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, [_value(argument, depth + 1) for argument in arguments])
        case _:
            raise NotComputable(
                f"{ast.unparse(node)[:60]!r} is not allowed; numbers, + - * / // % ** and functions are"
            )


def _constant(name: str) -> Number:
    if name not in CONSTANTS:
        raise NotComputable(f"unknown name {name[:60]!r}; known are {', '.join([*CONSTANTS, *FUNCTIONS])}")
    return CONSTANTS[name]


def _call(name: str, arguments: list[Number]) -> Number:
    known = FUNCTIONS.get(name)
    if known is None:
        raise NotComputable(f"unknown function {name[:60]!r}; known are {', '.join(FUNCTIONS)}")
    function, least, most = known
    if not least <= len(arguments) <= most:
        raise NotComputable(f"{name} takes {least} to {most} arguments, not {len(arguments)}")
    return _bounded(function(*arguments))


def _binary(op: type[ast.operator], left: Number, right: Number) -> Number:
    if op is ast.Pow:
        return _power(left, right)
    if op not in _OPERATORS:
        raise NotComputable("only + - * / // % and ** can stand between numbers")
    return _bounded(_OPERATORS[op](left, right))


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        if abs(base) > 1 and (base.bit_length() - 1) * exponent > MAX_BITS:
            raise NotComputable("the result of the power is too large")
        return _bounded(base**exponent)
    result = base**exponent
    if isinstance(result, complex):
        raise NotComputable("a root of a negative number is not real")
    return float(result)


def _divide(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int) and right and left % right == 0:
        return left // right
    return left / right


def _factorial(number: Number) -> Number:
    if number != int(number) or not 0 <= number <= MAX_FACTORIAL:
        raise NotComputable(f"factorial takes whole numbers from 0 to {MAX_FACTORIAL}")
    return math.factorial(int(number))


def _round(number: Number, places: Number = 0) -> Number:
    if places != int(places) or abs(places) > MAX_PLACES:
        raise NotComputable(f"round takes -{MAX_PLACES} to {MAX_PLACES} places")
    return round(number, int(places)) if places else round(number)


def _sqrt(number: Number) -> Number:
    if number < 0:
        raise NotComputable("the square root of a negative number is not real")
    if isinstance(number, int) and (root := math.isqrt(number)) ** 2 == number:
        return root
    return math.sqrt(number)


def _log(number: Number, base: Number = math.e) -> Number:
    if number <= 0 or base <= 0 or base == 1:
        raise NotComputable("a logarithm needs a positive number and a positive base other than 1")
    exact = {2: math.log2, 10: math.log10, math.e: math.log}.get(base)
    return exact(number) if exact else math.log(number, base)


def _whole(function: Callable[[int, int], int]) -> Callable[[Number, Number], Number]:
    def of_whole(left: Number, right: Number) -> Number:
        if left != int(left) or right != int(right):
            raise NotComputable("whole numbers are needed here")
        return function(int(left), int(right))

    return of_whole


def _sum(*numbers: Number) -> Number:
    return sum(numbers)


def _mean(*numbers: Number) -> Number:
    return _divide(sum(numbers), len(numbers))


def _percent(rate: Number, of: Number = 1) -> Number:
    return _divide(_bounded(rate * of), 100)


def _bounded(value: Number) -> Number:
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise NotComputable(f"a number has more than {MAX_BITS // 10 * 3} digits")
    return _finite(value)


def _finite(value: Number) -> Number:
    if isinstance(value, float) and not math.isfinite(value):
        raise NotComputable("the result is not a finite number" if math.isnan(value) else "the result is too large")
    return value


def _tidy(value: Number) -> Number:
    """Take binary noise off: 0.30000000000000004 is meant to be 0.3, and 30.0 to be 30."""
    if isinstance(value, int):
        return value
    rounded = float(f"{value:.15g}")
    tidy = rounded if len(repr(rounded)) <= len(repr(value)) - 3 else value
    return int(tidy) if tidy.is_integer() and abs(tidy) < 2**53 else tidy


CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau}
FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "sqrt": (_sqrt, 1, 1),
    "cbrt": (math.cbrt, 1, 1),
    "abs": (abs, 1, 1),
    "round": (_round, 1, 2),
    "floor": (math.floor, 1, 1),
    "ceil": (math.ceil, 1, 1),
    "trunc": (math.trunc, 1, 1),
    "min": (min, 2, 50),
    "max": (max, 2, 50),
    "sum": (_sum, 1, 50),
    "mean": (_mean, 1, 50),
    "pow": (_power, 2, 2),
    "mod": (operator.mod, 2, 2),
    "percent": (_percent, 1, 2),
    "factorial": (_factorial, 1, 1),
    "gcd": (_whole(math.gcd), 2, 2),
    "lcm": (_whole(math.lcm), 2, 2),
    "exp": (math.exp, 1, 1),
    "log": (_log, 1, 2),
    "ln": (_log, 1, 1),
    "log2": (partial(_log, base=2), 1, 1),
    "log10": (partial(_log, base=10), 1, 1),
    "sin": (math.sin, 1, 1),
    "cos": (math.cos, 1, 1),
    "tan": (math.tan, 1, 1),
    "asin": (math.asin, 1, 1),
    "acos": (math.acos, 1, 1),
    "atan": (math.atan, 1, 1),
    "atan2": (math.atan2, 2, 2),
    "sinh": (math.sinh, 1, 1),
    "cosh": (math.cosh, 1, 1),
    "tanh": (math.tanh, 1, 1),
    "hypot": (math.hypot, 2, 2),
    "degrees": (math.degrees, 1, 1),
    "radians": (math.radians, 1, 1),
}
_OPERATORS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: operator.mod,
}

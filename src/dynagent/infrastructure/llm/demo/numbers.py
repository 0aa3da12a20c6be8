"""What can be said of a number without a language model."""

import re
from decimal import Decimal, InvalidOperation

MAX_FACTORED = 10**10


def describe_number(text: str) -> str | None:
    """Return a sentence about a number (`437 is the product of 23 and 19.`), None when the text is no number."""
    digits = text.strip().replace("_", "")
    if not re.fullmatch(r"-?\d{1,300}(\.\d{1,300})?", digits):
        return None
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None
    if value != value.to_integral_value():
        floor = int(value) - (value < 0)
        return f"{digits} lies between {floor} and {floor + 1}."
    return _describe_integer(int(value))


def prime_factors(number: int) -> list[int]:
    """Return the prime factors of an integer from 2 to 10**10, largest first, as often as they occur."""
    factors: list[int] = []
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1 if divisor == 2 else 2
    return sorted([*factors, number] if number > 1 else factors, reverse=True)


def _describe_integer(number: int) -> str:
    if number < 0:
        return f"{number} is the negative of {-number}."
    if number < 2:
        return f"{number} is " + (
            "the number that adding leaves unchanged." if number == 0 else "the unit of counting."
        )
    if number > MAX_FACTORED:
        return f"{number} is an {'odd' if number % 2 else 'even'} number of {len(str(number))} digits."
    factors = prime_factors(number)
    if len(factors) == 1:
        return f"{number} is a prime number: only 1 and {number} divide it."
    if len(factors) == 2 and factors[0] == factors[1]:
        return f"{number} is the square of {factors[0]}."
    listed = ", ".join(map(str, factors[:-1]))
    return f"{number} is the product of {listed} and {factors[-1]}."

"""Marks a test that shows what a field of a request does; `architecture/test_fields.py` wants one for each field."""

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def shows(*fields: str) -> Callable[[F], F]:
    """Say which fields (`AgentFields.memory_flag`) the test shows the effect of. It changes nothing about the test."""

    def unchanged(test: F) -> F:
        return test

    assert all(field.count(".") == 1 for field in fields), fields
    return unchanged

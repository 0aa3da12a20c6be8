"""Errors: every one has a kind and a code of its own, in every noun."""

import importlib
import pkgutil
import re

import pytest

import dynagent.core
from dynagent.core.shared.errors import DynagentError, ErrorKind, InvalidInput, Violation


def all_errors(root: type[DynagentError] = DynagentError) -> set[type[DynagentError]]:
    for module in pkgutil.walk_packages(dynagent.core.__path__, "dynagent.core."):
        importlib.import_module(module.name)
    found = {root}
    for child in root.__subclasses__():
        if child.__module__.startswith("dynagent.core."):
            found |= {child, *all_errors(child)}
    return found


@pytest.mark.parametrize("error", sorted(all_errors(), key=repr))
def test_kind_and_code(error: type[DynagentError]) -> None:
    assert isinstance(error.kind, ErrorKind)
    assert re.fullmatch(r"[a-z][a-z_]*", error.code)
    assert (error.__doc__ or "").strip()


def test_an_error_carries_what_a_protocol_needs() -> None:
    violation = Violation("/name", "max_length", "at most 3 characters")
    error = InvalidInput("does not fit", violations=[violation], retry_after_s=2.0, extra={"a": 1})
    assert str(error) == error.detail == "does not fit"
    assert (error.violations, error.retry_after_s, error.extra) == ((violation,), 2.0, {"a": 1})
    assert InvalidInput("x").extra == {}

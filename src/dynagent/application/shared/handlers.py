"""Handlers, found where they are defined: nobody registers one."""

import importlib
import pkgutil
from types import ModuleType

ROOMS = ("dynagent.application.commands", "dynagent.application.queries")


def handlers_of(*nouns: str) -> list[type]:
    """Return the handlers of these nouns' commands and queries."""
    names = [
        module.name
        for room in ROOMS
        for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}.")
        if module.name.removeprefix(f"{room}.").split(".")[0] in nouns
    ]
    return handlers_in(*map(importlib.import_module, names))


def handlers_in(*modules: ModuleType) -> list[type]:
    """Return the handlers that these modules define."""
    return [
        kind
        for module in modules
        for name, kind in vars(module).items()
        if name.endswith("Handler") and isinstance(kind, type) and kind.__module__ == module.__name__
    ]

"""The access matrix: one module per noun, found by this folder, says what its routes need and bodies that they take.

`PERMISSIONS` and `BODIES` are by operation id. `OTHERS_THINGS` are routes with an id or a name in them that answer a
second tenant without giving anything away. `make` makes the owner's things, by the names of the parameters of paths
(in the order of the modules' names), `look_untouched` asserts that nobody else has changed them.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def modules() -> list[ModuleType]:
    """Return the modules of all nouns, by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name != "making")
    return [importlib.import_module(f"{__name__}.{name}") for name in names]


def merged(name: str) -> dict[str, Any]:
    """Return a table of all modules as one. Raises AssertionError for an operation that two of them have."""
    whole: dict[str, Any] = {}
    for module in modules():
        part: dict[str, Any] = getattr(module, name, {})
        assert not whole.keys() & part.keys(), module.__name__
        whole.update(part)
    return whole

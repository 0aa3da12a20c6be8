"""The context map: whose core ports a noun of the application may use. The way back is an event and a reaction."""

import importlib
import pkgutil
from graphlib import TopologicalSorter
from pathlib import Path

import dynagent.core
from tests.architecture.source import SRC, imports_of, name_of, python_files

GROUND = {"shared", "runs"}
"""What every noun stands on: the shared words, and the engine's."""

APPLICATION_OF = {"chats": "executions"}
"""Commands and queries that belong to a core noun of another name: a chat is what executions share."""


def context_map() -> dict[str, frozenset[str]]:
    """Return what every noun in core says of itself: whose core ports its commands and queries may use."""
    names = [module.name for module in pkgutil.iter_modules(dynagent.core.__path__) if module.name not in GROUND]
    nouns = {name: importlib.import_module(f"dynagent.core.{name}") for name in names}
    return {name: getattr(noun, "knows", frozenset[str]()) for name, noun in nouns.items()}


def test_the_map_has_no_circles() -> None:
    assert set(TopologicalSorter(context_map()).static_order()) == set(context_map())


def test_commands_and_queries_use_only_the_ports_on_the_map() -> None:
    known = context_map()
    beyond = [
        f"{name_of(file)} uses core.{used}"
        for kind in ("commands", "queries")
        for file, noun in _modules_by_noun(SRC / "application" / kind)
        for used in sorted(_core_nouns(file) - {noun, *GROUND} - known.get(noun, frozenset()))
    ]

    assert beyond == []


def test_every_noun_of_the_application_is_on_the_map() -> None:
    nouns = {
        noun
        for kind in ("commands", "queries", "reactions")
        for _, noun in _modules_by_noun(SRC / "application" / kind)
        if noun != "__init__"
    }

    assert nouns - set(context_map()) == set()


def test_in_core_the_nouns_are_strangers() -> None:
    beyond = [
        f"{name_of(file)} uses core.{used}"
        for file, noun in _modules_by_noun(SRC / "core")
        if noun != "__init__"
        for used in sorted(_core_nouns(file) - {noun, *GROUND})
    ]

    assert beyond == []


def _modules_by_noun(floor: Path) -> list[tuple[Path, str]]:
    files = python_files(str(floor.relative_to(SRC.parents[1])))
    named = [(file, file.relative_to(floor).parts[0].removesuffix(".py")) for file in files]
    return [(file, APPLICATION_OF.get(noun, noun)) for file, noun in named]


def _core_nouns(file: Path) -> set[str]:
    names = (module.split(".") for module in imports_of(file) if module.startswith("dynagent.core."))
    return {parts[2] for parts in names}

"""The context map: whose core ports a noun of the application may use. The way back is an event and a reaction."""

from graphlib import TopologicalSorter
from pathlib import Path

from tests.architecture.source import SRC, imports_of, name_of, python_files

# noun → the other nouns whose core ports its commands and queries may use.
CONTEXT_MAP: dict[str, set[str]] = {
    "language_models": set(),
    # A ticket lets somebody watch one execution.
    "identity": {"executions"},
    "tools": set(),
    "agents": {"tools", "language_models"},
    "executions": {"agents", "tools", "language_models"},
    # A chat is what executions share.
    "chats": {"executions"},
    # An agent is asked at set times.
    "schedules": {"executions", "agents"},
    # Health, counters and the like speak of no noun.
    "platform": set(),
}


def test_the_map_has_no_circles() -> None:
    assert set(TopologicalSorter(CONTEXT_MAP).static_order()) == set(CONTEXT_MAP)


def test_commands_and_queries_use_only_the_ports_on_the_map() -> None:
    beyond = [
        f"{name_of(file)} uses core.{used}"
        for kind in ("commands", "queries")
        for file, noun in _modules_by_noun(SRC / "application" / kind)
        for used in sorted(_core_nouns(file) - {noun, "shared"} - CONTEXT_MAP.get(noun, set()))
    ]

    assert beyond == []


def test_every_noun_of_the_application_is_on_the_map() -> None:
    nouns = {
        noun
        for kind in ("commands", "queries", "reactions")
        for _, noun in _modules_by_noun(SRC / "application" / kind)
        if noun != "__init__"
    }

    assert nouns - set(CONTEXT_MAP) == set()


def test_in_core_the_nouns_are_strangers() -> None:
    beyond = [
        f"{name_of(file)} uses core.{used}"
        for file, noun in _modules_by_noun(SRC / "core")
        if noun != "__init__"
        for used in sorted(_core_nouns(file) - {noun, "shared"})
    ]

    assert beyond == []


def _modules_by_noun(floor: Path) -> list[tuple[Path, str]]:
    files = python_files(str(floor.relative_to(SRC.parents[1])))
    return [(file, file.relative_to(floor).parts[0].removesuffix(".py")) for file in files]


def _core_nouns(file: Path) -> set[str]:
    names = (module.split(".") for module in imports_of(file) if module.startswith("dynagent.core."))
    return {parts[2] for parts in names}

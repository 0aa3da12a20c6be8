"""Files and functions stay small (house rule 5)."""

from tests.architecture.source import ROOT, SRC, frontend_files, functions_of, lines_of, name_of, python_files

FILE, TSX, FUNCTION, REGISTRY, PARAMETERS = 300, 200, 40, 50, 4
# Called by others, in their order: httpcore's back end, Alembic's filter of objects.
DICTATED = {"connect_tcp", "is_ours"}
WRITTEN = ("src", "tests", "benchmarks", "scripts", "migrations")


def test_python_files_have_at_most_300_lines() -> None:
    too_long = {name_of(file): count for file in python_files(*WRITTEN) if (count := _lines(file)) > FILE}

    assert too_long == {}


def test_components_have_at_most_200_lines_and_other_frontend_files_300() -> None:
    tsx = {name_of(file): count for file in frontend_files(".tsx") if (count := _lines(file)) > TSX}
    rest = {name_of(file): count for file in frontend_files(".ts", ".mjs") if (count := _lines(file)) > FILE}

    assert tsx | rest == {}


def test_functions_have_at_most_40_lines() -> None:
    too_long = {
        f"{name_of(file)}:{function.lineno} {function.name}": count
        for file in python_files("src", "benchmarks", "scripts")
        for function in functions_of(file)
        if (count := lines_of(function)) > FUNCTION
    }

    assert too_long == {}


def test_the_tool_registry_has_fewer_than_50_lines() -> None:
    registry = SRC / "infrastructure" / "tools" / "registry.py"

    assert _lines(registry) < REGISTRY


def test_more_than_four_parameters_are_keyword_only() -> None:
    crowded = [
        f"{name_of(file)}:{function.lineno} {function.name}"
        for file in python_files("src")
        for function in functions_of(file)
        if function.name not in DICTATED and not _is_route(file.parts) and len(_positional(function)) > PARAMETERS
    ]

    assert crowded == []


def test_the_repository_has_the_shape_of_the_drawing() -> None:
    expected = ["README.md", "Makefile", "pyproject.toml", "alembic.ini", "requirements.lock", ".env.example"]
    expected += ["CHANGELOG.md", "SECURITY.md", "AGENTS.md", "LICENSE", ".ci/run", "docker/Dockerfile"]
    expected += ["docs/architecture.md", "docs/api.md", "docs/deployment.md", "docs/user-guide.md", "docs/security.md"]

    assert [name for name in expected if not (ROOT / name).is_file()] == []


def _lines(file) -> int:
    return len(file.read_text().splitlines())


def _positional(function) -> list[str]:
    named = [*function.args.posonlyargs, *function.args.args]
    return [argument.arg for argument in named if argument.arg not in ("self", "cls")]


def _is_route(parts: tuple[str, ...]) -> bool:
    # FastAPI reads a route's parameters by name; their order means nothing there.
    return "presentation" in parts and "api" in parts

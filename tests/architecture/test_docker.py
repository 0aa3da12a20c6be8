"""The container files, as far as they can be checked without a container engine."""

import re

import yaml

from tests.architecture.source import ROOT

STARTED_ONLY = {"tool-sandbox"}
"""Without it the backend starts as well; tools answer 503 meanwhile."""
STAGES = ["frontend-builder", "backend-builder", "backend-production", "frontend-production"]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())


def test_the_dockerfile_has_the_four_stages() -> None:
    assert re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE) == STAGES


def test_what_is_copied_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    sources = [name for line in copied for name in line.split()[:-1]]

    assert [name for name in sources if not (ROOT / name).exists()] == []


def test_stages_copy_from_stages() -> None:
    assert set(re.findall(r"--from=(\S+)", DOCKERFILE)) <= set(STAGES)


def test_services_build_stages_that_are_there() -> None:
    targets = {service["build"]["target"] for service in COMPOSE["services"].values() if "build" in service}

    assert targets <= set(STAGES)


def test_everything_stays_on_this_machine() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]

    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_what_others_wait_for_has_a_health_check() -> None:
    services = COMPOSE["services"]
    awaited = {
        name for service in services.values() if isinstance(waits := service.get("depends_on"), dict) for name in waits
    }

    assert awaited
    assert [name for name in awaited - STARTED_ONLY if "healthcheck" not in services[name]] == []


def test_the_sandbox_has_no_network_and_no_rights() -> None:
    sandbox, backend = COMPOSE["services"]["tool-sandbox"], COMPOSE["services"]["backend"]

    assert (sandbox["network_mode"], sandbox["read_only"], sandbox["cap_drop"]) == ("none", True, ["ALL"])
    assert sandbox["init"] and sandbox["pids_limit"] and sandbox["mem_limit"]
    assert not {"env_file", "ports", "networks"} & set(sandbox)
    assert not [name for name in sandbox["environment"] if "KEY" in name or "URL" in name]
    assert sandbox["command"][1] == backend["environment"]["TOOL_SANDBOX_SOCKET"]
    assert set(sandbox["volumes"]) <= set(backend["volumes"])


def test_people_sign_in_where_others_can_reach_it() -> None:
    assert COMPOSE["services"]["backend"]["environment"]["AUTH_MODE"] == "required"

"""The container files, as far as they can be checked without a container engine."""

import json
import re
from unittest.mock import MagicMock

import yaml
from typer.testing import CliRunner

from dynagent.cli import app
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.observability.process_metrics import ProcessMetrics
from tests.architecture.source import ROOT

BACKENDS, WORKERS = ("backend", "backend-2"), ("worker", "worker-2")
METRIC = re.compile(r"dynagent_[a-z_]+")
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
    assert [name for name in awaited if "healthcheck" not in services[name]] == []


def test_the_sandbox_has_no_network_and_no_rights() -> None:
    sandbox = COMPOSE["services"]["tool-sandbox"]

    assert (sandbox["network_mode"], sandbox["read_only"], sandbox["cap_drop"]) == ("none", True, ["ALL"])
    assert sandbox["init"] and sandbox["pids_limit"] and sandbox["mem_limit"]
    assert not {"env_file", "ports", "networks"} & set(sandbox)
    assert not [name for name in sandbox["environment"] if "KEY" in name or "URL" in name]
    for name in (*BACKENDS, *WORKERS):
        caller = COMPOSE["services"][name]
        assert sandbox["command"][1] == caller["environment"]["TOOL_SANDBOX_SOCKET"]
        assert set(sandbox["volumes"]) <= set(caller["volumes"])


def test_every_container_has_no_rights_and_no_more_than_its_share() -> None:
    """PostgreSQL's image makes its directory as root and gives it away; all others can write to their volumes only."""
    for name, service in COMPOSE["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("read_only") or name == "postgres", name
        assert service["mem_limit"], name
        assert not service.get("privileged"), name
        assert service.get("network_mode") in (None, "none"), name
    added = {name: service["cap_add"] for name, service in COMPOSE["services"].items() if "cap_add" in service}
    assert added == {
        "postgres": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
        "traefik": ["NET_BIND_SERVICE"],
    }
    sockets = [name for name, service in COMPOSE["services"].items() if "docker.sock" in str(service.get("volumes"))]
    assert sockets == ["engine-socket"]
    assert COMPOSE["services"]["engine-socket"]["networks"] == ["discovery"]
    assert COMPOSE["networks"]["discovery"] == {"internal": True}


def test_no_image_ends_as_root() -> None:
    stages = dict(re.findall(r"^FROM \S+ AS (\S+)$(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL))

    for name in ("backend-production", "frontend-production"):
        users = re.findall(r"^USER (\S+)$", stages[name], re.MULTILINE)
        assert users, name
        assert int(users[-1]) > 0, name


def test_no_secret_is_in_an_image_or_has_a_default() -> None:
    secret = re.compile(r"(KEY|PASSWORD|TOKEN|SECRET)")
    set_there = re.findall(r"^(?:ENV|ARG) (.*(?:\\\n.*)*)", DOCKERFILE, re.MULTILINE)
    assert [line for line in set_there if secret.search(line)] == []
    assert ".env" in (ROOT / ".dockerignore").read_text().splitlines()
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if secret.search(name):
                assert value.startswith(f"${{{name}:"), f"{name} comes from outside"
                assert value.startswith(f"${{{name}:?") or value == f"${{{name}:-}}", f"{name} has no default"


def test_a_stop_is_given_longer_than_runs_are() -> None:
    """The container engine kills what has not stopped by then: runs would be noticed as crashes, not handed over."""
    for name in (*BACKENDS, *WORKERS):
        service = COMPOSE["services"][name]
        drain_s = float(service["environment"]["WORKER_DRAIN_S"])
        assert float(service["stop_grace_period"].removesuffix("s")) >= drain_s + 8


def test_health_checks_ask_what_answers() -> None:
    """A worker's metrics are served by a thread of their own: that they come does not mean that it works."""
    for names, place in ((BACKENDS, ":8000/ready"), (WORKERS, ":9100/ready")):
        for name in names:
            assert place in COMPOSE["services"][name]["healthcheck"]["test"][-1]
    assert "127.0.0.1:8080/healthy" in DOCKERFILE
    assert "location = /healthy" in (ROOT / "docker" / "nginx.conf").read_text()


def test_people_sign_in_where_others_can_reach_it() -> None:
    for name in (*BACKENDS, *WORKERS):
        assert COMPOSE["services"][name]["environment"]["AUTH_MODE"] == "required"


def test_there_are_two_of_each_and_all_wait_for_tables_and_servers() -> None:
    for names, command in ((BACKENDS, ["serve", "--no-worker"]), (WORKERS, ["worker"])):
        for name in names:
            service = COMPOSE["services"][name]
            assert service["command"] == command
            assert service["depends_on"]["migration"] == {"condition": "service_completed_successfully"}
            for awaited in ("postgres", "redis", "tool-sandbox"):
                assert service["depends_on"][awaited] == {"condition": "service_healthy"}


def test_commands_are_ours() -> None:
    ours = [service for service in COMPOSE["services"].values() if service.get("image") == "dynagent:local"]
    commands = [service["command"] for service in ours]

    assert len(commands) == 6
    assert [command for command in commands if CliRunner().invoke(app, [*command, "--help"]).exit_code] == []


def test_settings_are_ours() -> None:
    known = (ROOT / ".env.example").read_text()
    given = {name for service in (*BACKENDS, *WORKERS) for name in COMPOSE["services"][service]["environment"]}

    assert [name for name in given if f"{name}=" not in known] == []


def test_files_and_volumes_that_are_mounted_are_there() -> None:
    mounts = [volume.split(":")[0] for service in COMPOSE["services"].values() for volume in service.get("volumes", [])]

    assert [place for place in mounts if place.startswith(".") and not (ROOT / "docker" / place).is_file()] == []
    assert {place for place in mounts if place[0] not in "./"} == set(COMPOSE["volumes"])


def test_every_process_is_scraped_by_a_name_that_it_answers_to() -> None:
    prometheus = yaml.safe_load((ROOT / "docker" / "prometheus.yml").read_text())
    [job] = prometheus["scrape_configs"]
    targets = {target for group in job["static_configs"] for target in group["targets"]}

    assert targets == {f"{name}:8000" for name in BACKENDS} | {f"{name}:9100" for name in WORKERS}
    assert all(name in COMPOSE["services"]["backend"]["environment"]["ALLOWED_HOSTS"] for name in BACKENDS)


def metrics_there() -> set[str]:
    """Return the names under which a process shows its metrics."""
    metrics = Metrics()
    process = MagicMock()
    parts = dict.fromkeys(("worker", "writer", "signals", "circuits", "database"), process)
    ProcessMetrics(metrics, **parts)
    return {
        sample
        for family in metrics.registry.collect()
        for sample in (family.name, f"{family.name}_total", f"{family.name}_bucket")
    }


def test_the_dashboard_asks_for_metrics_that_there_are() -> None:
    dashboard = json.loads((ROOT / "docker" / "grafana-dashboard.json").read_text())
    asked = {
        name for panel in dashboard["panels"] for target in panel["targets"] for name in METRIC.findall(target["expr"])
    }

    assert len(asked) > 20
    assert asked - metrics_there() == set()


def test_the_alerts_ask_for_metrics_that_there_are_and_say_what_to_do() -> None:
    [group] = yaml.safe_load((ROOT / "docker" / "prometheus-alerts.yml").read_text())["groups"]
    asked = {name for rule in group["rules"] for name in METRIC.findall(rule["expr"])}

    assert asked - metrics_there() == set()
    assert {
        "dynagent_oldest_pending_seconds",
        "dynagent_loop_lag_seconds",
        "dynagent_processes_alive",
        "dynagent_executions_taken_over_total",
        "dynagent_heartbeat_age_seconds",
        "dynagent_trace_failing",
    } <= asked
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"]
    prometheus = yaml.safe_load((ROOT / "docker" / "prometheus.yml").read_text())
    mounted = [volume.split(":")[:2] for volume in COMPOSE["services"]["prometheus"]["volumes"]]
    assert [["./prometheus-alerts.yml", rules] for rules in prometheus["rule_files"]] == [
        pair for pair in mounted if "alerts" in pair[0]
    ]


def test_the_documents_name_metrics_that_there_are() -> None:
    for document in ("scaling.md", "deployment.md", "reliability.md"):
        asked = set(METRIC.findall((ROOT / "docs" / document).read_text()))
        assert asked - metrics_there() == set(), document

"""Log lines have the same fields, from our code and from libraries alike."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from dynagent.infrastructure.observability.logging import LogSettings, configure_logging


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield io.StringIO()
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_json_lines_have_the_named_fields(stream: io.StringIO) -> None:
    configure_logging(LogSettings(log_format="json", service_name="dynagent-test"), stream)
    structlog.contextvars.bind_contextvars(correlation_id="c-1", user_id="u-1")

    structlog.get_logger().info("execution_started", execution_id="e-1")

    (line,) = lines(stream)
    assert line["message"] == "execution_started"
    assert line["level"] == "info"
    assert line["service_name"] == "dynagent-test"
    assert (line["correlation_id"], line["user_id"], line["execution_id"]) == ("c-1", "u-1", "e-1")
    assert line["timestamp"].endswith("Z")
    assert "stack_trace" not in line


def test_ids_are_there_even_when_unknown(stream: io.StringIO) -> None:
    configure_logging(LogSettings(log_format="json"), stream)

    structlog.get_logger().info("started")

    (line,) = lines(stream)
    assert line["correlation_id"] is None
    assert line["user_id"] is None


def test_exceptions_become_a_masked_stack_trace(stream: io.StringIO) -> None:
    configure_logging(LogSettings(log_format="json"), stream)

    try:
        raise RuntimeError("no route to postgresql://bob:hunter22@db")
    except RuntimeError:
        structlog.get_logger().exception("failed")

    (line,) = lines(stream)
    assert "RuntimeError: no route to postgresql://bob:***@db" in line["stack_trace"]
    assert line["level"] == "error"


def test_library_lines_go_through_the_same_pipeline(stream: io.StringIO) -> None:
    configure_logging(LogSettings(log_format="json"), stream)
    structlog.contextvars.bind_contextvars(correlation_id="c-2")

    logging.getLogger("some.library").warning("token %s", "Bearer abcdefgh12345678", extra={"api_key": "k"})

    (line,) = lines(stream)
    assert line["message"] == "token Bearer ***"
    assert line["correlation_id"] == "c-2"
    assert line["api_key"] == "***"


def test_quiet_libraries_tell_warnings_only(stream: io.StringIO) -> None:
    configure_logging(LogSettings(log_format="json", log_level="DEBUG"), stream)

    logging.getLogger("httpx2").info("HTTP Request: GET")
    logging.getLogger("httpx2").warning("odd")

    assert [line["message"] for line in lines(stream)] == ["odd"]


def test_the_level_holds_for_everybody(stream: io.StringIO) -> None:
    configure_logging(LogSettings(log_format="json", log_level="ERROR"), stream)

    structlog.get_logger().warning("hidden")
    logging.getLogger("some.library").warning("hidden")
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n")
    structlog.get_logger().error("shown")

    assert [line["message"] for line in lines(stream)] == ["shown"]


def test_unserialisable_values_become_text(stream: io.StringIO) -> None:
    configure_logging(LogSettings(log_format="json"), stream)

    structlog.get_logger().info("odd", value=object, numbers={1: "one"})

    (line,) = lines(stream)
    assert line["value"] == "<class 'object'>"
    assert line["numbers"] == {"1": "one"}


def test_console_lines_are_for_people(stream: io.StringIO) -> None:
    configure_logging(LogSettings(log_format="console"), stream)

    structlog.get_logger().info("server_started", port=8000)

    text = stream.getvalue()
    assert "server_started" in text
    assert "port=8000" in text
    assert "correlation_id" not in text


def test_auto_means_json_where_there_is_no_terminal(stream: io.StringIO) -> None:
    configure_logging(LogSettings(), stream)

    structlog.get_logger().info("hello")

    assert lines(stream)[0]["message"] == "hello"

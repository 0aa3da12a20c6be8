"""Structured logs: one pipeline for our own lines and for those of libraries, as JSON or for a terminal.

Every line has `timestamp`, `level`, `service_name`, `correlation_id`, `user_id` and `message`, and `stack_trace`
where there is one. The ids come from structlog's context variables, which the ASGI layers bind per request.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import orjson
import structlog
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.infrastructure.observability.secrets import mask_secrets

EventDict = MutableMapping[str, Any]

FIELDS = ("timestamp", "level", "service_name", "message", "correlation_id", "user_id")

QUIET_LIBRARIES = ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "asyncio", "psycopg.pool", "alembic", "taskiq")
"""Libraries that tell too much at INFO; their warnings and errors are kept."""


class LogSettings(BaseSettings):
    """How much is logged, in which form, under which name."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"
    service_name: str = "dynagent"


def configure_logging(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send all log lines of this process to `stream` (standard error); may be called again to change that.

    `log_format` `auto` means console on a terminal and JSON elsewhere.
    """
    out: TextIO = stream or sys.stderr
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not out.isatty())
    level = logging.getLevelNamesMapping()[settings.log_level]
    pipeline = _pipeline(settings.service_name)
    finish = _json_finish() if as_json else _console_finish(colors=out.isatty())
    structlog.configure(
        processors=[*pipeline, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        # Looked up at each call, so that a second configure and log captures in tests take effect everywhere.
        cache_logger_on_first_use=False,
    )
    _route_libraries(pipeline, finish, stream=out, level=level)


def _pipeline(service_name: str) -> list[structlog.types.Processor]:
    def add_service(_logger: Any, _method: str, event: EventDict) -> EventDict:
        event["service_name"] = service_name
        event.setdefault("correlation_id", None)
        event.setdefault("user_id", None)
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        # Before the masking, because messages of exceptions quote URLs and headers.
        structlog.processors.format_exc_info,
        add_service,
        _mask,
    ]


def _mask(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return mask_secrets(event)


def _json_finish() -> list[structlog.types.Processor]:
    return [
        structlog.processors.EventRenamer("message"),
        _in_order,
        structlog.processors.JSONRenderer(serializer=_dumps),
    ]


def _in_order(_logger: Any, _method: str, event: EventDict) -> EventDict:
    # What everybody looks for first stands first.
    trace = event.pop("exception", None) or event.pop("stack", None)
    ordered: EventDict = {name: event.pop(name, None) for name in FIELDS}
    ordered.update(event)
    if trace is not None:
        ordered["stack_trace"] = trace
    return ordered


def _dumps(value: Any, **_: Any) -> str:
    # Ids, paths, sets and whatever else somebody logs become text: a log call never raises.
    return orjson.dumps(value, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()


def _console_finish(*, colors: bool) -> list[structlog.types.Processor]:
    return [_drop_empty, structlog.dev.ConsoleRenderer(colors=colors, sort_keys=False)]


def _drop_empty(_logger: Any, _method: str, event: EventDict) -> EventDict:
    for name in ("service_name", "correlation_id", "user_id", "trace_id"):
        if name == "service_name" or event.get(name) is None:
            event.pop(name, None)
    return event


class _AlreadyLogged(logging.Filter):
    """Drops uvicorn's copy of an exception that ErrorTrackingMiddleware has logged with its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Exception in ASGI application")


def _route_libraries(
    pipeline: list[structlog.types.Processor],
    finish: list[structlog.types.Processor],
    *,
    stream: TextIO,
    level: int,
) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *pipeline],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
        )
    )
    handler.addFilter(_AlreadyLogged())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # Its start and stop lines are ours to tell; each request is logged by RequestLogMiddleware.
    logging.getLogger("uvicorn").setLevel(max(level, logging.WARNING))
    logging.getLogger("uvicorn.access").disabled = True

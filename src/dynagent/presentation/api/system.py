"""Routes about the installation itself: health, readiness, metrics, what the API is."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from dynagent.presentation.api.shared.dependencies import StreamsOf
from dynagent.presentation.api.shared.operators import check_operator, is_operator

Health = Literal["ok", "warn", "fail"]


class PartReport(Protocol):
    """How one part is: `condition` is ok, warn or fail."""

    @property
    def name(self) -> str:
        """The part."""
        ...

    @property
    def condition(self) -> str:
        """ok, warn or fail."""
        ...

    @property
    def detail(self) -> str:
        """What was found."""
        ...

    @property
    def advice(self) -> str:
        """What to do, empty when there is nothing to do."""
        ...

    @property
    def latency_ms(self) -> float:
        """How long the part took to answer."""
        ...


class HealthReport(Protocol):
    """How the whole is."""

    @property
    def condition(self) -> str:
        """The worst of what matters: ok, warn or fail."""
        ...

    @property
    def parts(self) -> Sequence[PartReport]:
        """All parts."""
        ...


HealthProbe = Callable[[], Awaitable[HealthReport]]
"""The port: asks all parts, never raises."""

MetricsText = Callable[[], bytes]
"""The port: all metrics in Prometheus' text format."""


class PartOut(BaseModel):
    """How one part is."""

    status: Health
    detail: str
    advice: str
    latency_ms: float


class HealthOut(BaseModel):
    """`ok`, `warn` (works, somebody should look) or `fail`."""

    status: Health
    version: str
    parts: dict[str, PartOut]


class ApiInformation(BaseModel):
    """What this is, how it is let in to, and where to read on."""

    name: str
    version: str
    description: str
    sign_in_required: bool
    documentation: str
    openapi: str
    llms: str
    health: str
    readiness: str
    metrics: str
    api: str


router = APIRouter(tags=["System"])


async def health_report(request: Request) -> HealthReport:
    """Ask all parts."""
    return await request.app.state.health()


ReportOf = Annotated[HealthReport, Depends(health_report)]
_UNHEALTHY: dict[int | str, dict[str, Any]] = {503: {"model": HealthOut, "description": "A part it needs is away."}}


@router.get("/health", operation_id="get_health", summary="Health of all parts", responses=_UNHEALTHY)
async def get_health(request: Request, response: Response, report: ReportOf) -> HealthOut:
    """Say how every part is; 503 when one that is needed fails. With sign-in, details are for administrators."""
    return await _answer(request, response, report)


@router.get("/ready", operation_id="get_readiness", summary="Ready for requests?", responses=_UNHEALTHY)
async def get_readiness(request: Request, response: Response, report: ReportOf, streams: StreamsOf) -> HealthOut:
    """Say whether requests should be sent here; 503 while a needed part fails or the server stops."""
    answer = await _answer(request, response, report)
    if streams.shutdown.begun:
        response.status_code = 503
        answer = answer.model_copy(update={"status": "fail"})
    return answer


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Metrics for Prometheus",
    response_class=PlainTextResponse,
    dependencies=[Depends(check_operator)],
)
async def get_metrics(request: Request) -> Response:
    """Give all metrics in Prometheus' text format; where people sign in, to administrators and METRICS_TOKEN."""
    return Response(request.app.state.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/api", operation_id="get_api_information", summary="What this API is")
@router.get("/info", operation_id="get_information", summary="What this server is")
async def get_api_information(request: Request) -> ApiInformation:
    """Say what this is and where to read on."""
    return ApiInformation(
        name=request.app.title,
        version=request.app.version,
        description=request.app.description,
        sign_in_required=request.app.state.door.sign_in_required,
        documentation="/docs",
        openapi="/openapi.json",
        llms="/llms.txt",
        health="/health",
        readiness="/ready",
        metrics="/metrics",
        api="/api/v1",
    )


async def _answer(request: Request, response: Response, report: HealthReport) -> HealthOut:
    detailed = await is_operator(request)
    if report.condition == "fail":
        response.status_code = 503
    parts = {
        part.name: PartOut.model_construct(
            status=part.condition,
            detail=part.detail if detailed else "",
            advice=part.advice if detailed else "",
            latency_ms=part.latency_ms,
        )
        for part in report.parts
    }
    return HealthOut.model_construct(status=report.condition, version=request.app.version, parts=parts)

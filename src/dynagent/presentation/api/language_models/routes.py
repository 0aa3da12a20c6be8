"""Routes of models and providers."""

from typing import Annotated

from fastapi import Query, Request, Response

from dynagent.application.commands.language_models import DeleteModel, UpdateModel
from dynagent.application.queries.language_models import (
    CheckFit,
    GetEverybodysUsage,
    GetModel,
    GetModelUsage,
    GetProviderCapabilities,
    ListModels,
    ListProviderModels,
    ListProviders,
)
from dynagent.core.language_models import Capabilities, ModelOwner
from dynagent.presentation.api.language_models.advice import ChoiceBody, ChoiceOut, FitOut
from dynagent.presentation.api.language_models.bodies import (
    KnownModelList,
    ModelBody,
    ModelChanges,
    ModelDetails,
    ModelList,
    ModelOut,
    ProviderList,
    ProviderOut,
    UsageList,
)
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.etag import MatchedVersion, set_version
from dynagent.presentation.api.shared.forcing import Force
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("models", "Models")

Days = Annotated[int, Query(ge=1, le=366, description="Today and the days before it, in UTC.")]
Window = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Tokens that it must hold.")]
Wish = Annotated[bool | None, Query(description="Warn when the model cannot.")]


@router.get("/providers", operation_id="list_providers", summary="List providers")
async def list_providers(ask: Ask) -> ProviderList:
    """Give all providers of models."""
    return ProviderList(providers=[ProviderOut.of(provider) for provider in await ask(ListProviders())])


@router.get("/providers/{provider_id}/models", operation_id="list_provider_models", summary="Models of a provider")
async def list_provider_models(provider_id: str, ask: Ask) -> KnownModelList:
    """Give the models that a provider is known to have, with context sizes and prices; the provider is not asked."""
    return KnownModelList(models=await ask(ListProviderModels(provider_id)))


@router.get(
    "/providers/{provider_id}/capabilities",
    operation_id="get_provider_capabilities",
    summary="What a provider's models can do",
)
async def get_provider_capabilities(provider_id: str, ask: Ask) -> ProviderOut:
    """Give what a provider's models can do; null means it depends on the model."""
    return ProviderOut.of(await ask(GetProviderCapabilities(provider_id)))


@router.post("/choice", operation_id="choose_model", summary="Which model for a task?")
async def choose_model(body: ChoiceBody, ask: Ask) -> ChoiceOut:
    """Give your models for a task, best first, with reasons, and those passed over; `auto` chooses like this."""
    return ChoiceOut.of(await ask(body.message()))


@router.get("/fit", operation_id="check_model_fit", summary="Can a model do this?")
async def check_model_fit(
    *,
    ask: Ask,
    model: Annotated[str, Query(min_length=1, max_length=200, description="Its name or id.")],
    tools: Wish = None,
    structured_output: Wish = None,
    streaming: Wish = None,
    parallel_tools: Wish = None,
    reasoning: Wish = None,
    context_window: Window = None,
) -> FitOut:
    """Give warnings about what a model cannot do, before an agent is made that would ask it."""
    wanted = Capabilities(
        tools=tools,
        structured_output=structured_output,
        streaming=streaming,
        parallel_tools=parallel_tools,
        reasoning=reasoning,
        context_window=context_window,
    )
    return FitOut(model=model, warnings=await ask(CheckFit(model, wanted)))


@router.get("/usage", operation_id="get_model_usage", summary="What you asked of whom")
async def get_model_usage(ask: Ask, days: Days = 30) -> UsageList:
    """Give your calls, failures, tokens and costs of the last days by provider and model; each try counts."""
    return UsageList.of(days, await ask(GetModelUsage(days)))


@router.get("/usage/all", operation_id="get_everybodys_usage", summary="What all users asked of whom")
async def get_everybodys_usage(ask: Ask, days: Days = 30) -> UsageList:
    """Give everybody's calls, failures, tokens and costs by provider and model. For administrators."""
    return UsageList.of(days, await ask(GetEverybodysUsage(days)))


@router.post("", status_code=201, operation_id="create_model", summary="Keep a model")
async def create_model(body: ModelBody, response: Response, ask: Ask) -> ModelOut:
    """Keep a model under a name that agents and runs can choose."""
    record = await ask(body.message())
    response.headers["Location"] = f"/api/models/{record.id}"
    set_version(response, record.version)
    return ModelOut.of(record)


@router.get("", operation_id="list_models", summary="List models")
async def list_models(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    owner: Annotated[ModelOwner | None, Query(description="Only your own, or only global ones.")] = None,
    search: Annotated[str | None, Query(max_length=200, description="In name and identifier.")] = None,
) -> ModelList:
    """Give your own and the global models, newest first."""
    found = await ask(ListModels(owner, search, page))
    link_next(request, response, found)
    return ModelList.of(found)


@router.get("/{model_id}", operation_id="get_model", summary="Get a model")
async def get_model(
    *,
    model_id: str,
    response: Response,
    ask: Ask,
    tools: Wish = None,
    structured_output: Wish = None,
    streaming: Wish = None,
    context_window: Window = None,
) -> ModelDetails:
    """Give one model; what it is wanted for and cannot do stands in `warnings`."""
    wanted = Capabilities(
        tools=tools, structured_output=structured_output, streaming=streaming, context_window=context_window
    )
    view = await ask(GetModel(model_id, wanted))
    set_version(response, view.record.version)
    return ModelDetails.of_view(view)


@router.put("/{model_id}", operation_id="update_model", summary="Change a model")
async def update_model(
    model_id: str, body: ModelChanges, response: Response, matched: MatchedVersion, ask: Ask
) -> ModelOut:
    """Change the given fields. Global models are changed by administrators."""
    record = await ask(UpdateModel(model_id, body.given(), matched or body.version))
    set_version(response, record.version)
    return ModelOut.of(record)


@router.delete("/{model_id}", status_code=204, operation_id="delete_model", summary="Remove a model")
async def delete_model(model_id: str, ask: Ask, force: Force = False) -> None:
    """Remove a model that nothing names any more, or any by force."""
    await ask(DeleteModel(model_id, force))

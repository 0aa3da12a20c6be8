"""The providers of models: where they are met, what they need, what they can do."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.errors import InvalidInput, NotFound, Violation

KeyHeader = Literal["bearer", "api-key"]


class ProviderNotFound(NotFound):
    """No provider of this name is known."""

    code = "provider_not_found"


class Capabilities(BaseModel):
    """What a model can do; None: not known, asked for without a warning. `context_window` in tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chat: bool | None = None
    tools: bool | None = None
    structured_output: bool | None = None
    streaming: bool | None = None
    responses_api: bool | None = None
    embeddings: bool | None = None
    parallel_tools: bool | None = None
    reasoning: bool | None = None
    context_window: int | None = Field(default=None, ge=1)

    def over(self, base: "Capabilities") -> "Capabilities":
        """Return these where they are known, else those of `base`."""
        return base.model_copy(update=self.model_dump(exclude_none=True))

    def missing(self, wanted: "Capabilities") -> list[str]:
        """Return a sentence for each wanted thing that these say no to."""
        names = {
            "tools": "it cannot call tools",
            "structured_output": "it does not keep to a JSON schema; answers are parsed as well as can be",
            "streaming": "it does not stream; its text comes at once",
            "responses_api": "it does not speak the Responses API",
            "embeddings": "it makes no embeddings",
            "chat": "it does not answer messages",
            "parallel_tools": "it calls one tool at a time",
            "reasoning": "it shows no thoughts",
        }
        gaps = [words for name, words in names.items() if getattr(wanted, name) and getattr(self, name) is False]
        if wanted.context_window and self.context_window and wanted.context_window > self.context_window:
            gaps.append(f"its context holds {self.context_window} tokens, {wanted.context_window} are wanted")
        return gaps


class Provider(BaseModel):
    """A provider. Without `base_url` the endpoint must be given with the model or the key."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    base_url: str | None = None
    needs_key: bool = True
    key_header: KeyHeader = "bearer"
    capabilities: Capabilities = Field(default_factory=Capabilities)
    aliases: tuple[str, ...] = ()
    note: str = ""


_FULL = Capabilities(chat=True, tools=True, structured_output=True, streaming=True, responses_api=False)
_OPEN = Capabilities(chat=True, streaming=True, responses_api=False)

PROVIDERS: Mapping[str, Provider] = {
    provider.id: provider
    for provider in (
        Provider(
            id="openai",
            name="OpenAI",
            base_url="https://api.openai.com/v1",
            capabilities=_FULL.model_copy(update={"responses_api": True, "embeddings": True}),
        ),
        Provider(
            id="anthropic",
            name="Anthropic",
            base_url="https://api.anthropic.com/v1",
            capabilities=_FULL.model_copy(update={"structured_output": False, "embeddings": False}),
            note="Through Anthropic's OpenAI-compatible endpoint.",
        ),
        Provider(
            id="google",
            name="Google",
            base_url="https://generativelanguage.googleapis.com/v1beta/openai",
            capabilities=_FULL.model_copy(update={"embeddings": True}),
            aliases=("googlevertexai", "gemini", "vertexai"),
            note="Gemini through its OpenAI-compatible endpoint.",
        ),
        Provider(
            id="azure-openai",
            name="Azure OpenAI",
            key_header="api-key",
            capabilities=_FULL.model_copy(update={"responses_api": True, "embeddings": True}),
            aliases=("azureopenai", "azure"),
            note="Endpoint: https://<resource>.openai.azure.com/openai/v1; the model is the deployment's name.",
        ),
        Provider(
            id="ollama",
            name="Ollama",
            base_url="http://localhost:11434/v1",
            needs_key=False,
            capabilities=_OPEN,
            note="A private address: in local mode allowed as it is, otherwise with OUTBOUND_ALLOW.",
        ),
        Provider(
            id="huggingface",
            name="Hugging Face",
            base_url="https://router.huggingface.co/v1",
            capabilities=_OPEN,
            aliases=("hf",),
        ),
        Provider(
            id="deepseek",
            name="DeepSeek",
            base_url="https://api.deepseek.com/v1",
            capabilities=_FULL.model_copy(update={"structured_output": False, "embeddings": False}),
        ),
        Provider(id="modal", name="Modal", needs_key=False, capabilities=_OPEN, note="Your own serverless endpoint."),
        Provider(
            id="stability",
            name="Stability AI",
            base_url="https://api.stability.ai",
            capabilities=Capabilities(chat=False, tools=False, embeddings=False),
            aliases=("stabilityai",),
            note="Makes images; a key can be kept for tools, an agent cannot talk to it.",
        ),
        Provider(
            id="openai-compatible",
            name="OpenAI-compatible",
            needs_key=False,
            capabilities=_OPEN,
            aliases=("openaicompatible", "custom", "vllm", "lmstudio", "localai"),
            note="Any endpoint that speaks Chat Completions.",
        ),
    )
}

_BY_NAME = {
    spelling: provider
    for provider in PROVIDERS.values()
    for spelling in (
        provider.id.replace("-", ""),
        provider.name.lower().replace(" ", "").replace("-", ""),
        *provider.aliases,
    )
}


def find_provider(name: str) -> Provider:
    """Return the provider, however it is spelled (`AzureOpenAI`, `azure-openai`). Raises ProviderNotFound."""
    provider = _BY_NAME.get("".join(character for character in name.lower() if character.isalnum()))
    if provider is None:
        raise ProviderNotFound(f"there is no provider {name!r}; known are {', '.join(PROVIDERS)}")
    return provider


def provider_at(url: str) -> str:
    """Return the id of the provider whose own address this is, else `openai-compatible`."""
    homes = ((provider.id, provider.base_url) for provider in PROVIDERS.values() if provider.base_url)
    return next((id for id, home in homes if origin_of(home) == origin_of(url)), "openai-compatible")


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL: a key is only ever sent to the origin it was stored for."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def check_endpoint(url: str) -> None:
    """Refuse with InvalidInput what is no plain http(s) URL of a host."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        plain = not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:
        good = plain = False
    if not (good and plain and url.isascii() and url.isprintable() and " " not in url):
        detail = "must be http(s)://host[:port][/path], without user, query and fragment"
        raise InvalidInput("the endpoint's URL does not fit", violations=[Violation("/endpoint_url", "url", detail)])

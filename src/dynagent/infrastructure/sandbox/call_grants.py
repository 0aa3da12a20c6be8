"""What one tool may have in its calls: which zygote, which hosts, which secrets."""

from dataclasses import dataclass

from dynagent.core.shared.secret_names import hidden_forms
from dynagent.core.tools import CustomTool, ToolFailed, ToolPolicy
from dynagent.infrastructure.sandbox.grants import Grant, parse_grants
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from dynagent.infrastructure.sandbox.zygotes import Kind

_ADDRESS = "OPENAI_BASE_URL"


@dataclass(frozen=True, slots=True)
class CallGrants:
    """The zygote's kind, granted hosts, and names → values for the environment of the one child."""

    kind: Kind
    grants: tuple[Grant, ...]
    secrets: dict[str, str]

    @property
    def granted(self) -> list[str]:
        """Names of what is granted, for audit; no values."""
        hosts = [f"{'*.' if grant.below else ''}{grant.host}:{grant.port}" for grant in self.grants]
        return hosts + sorted(self.secrets)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The texts under which the secrets may come back from a call; an address is none."""
        return hidden_forms(value for name, value in self.secrets.items() if name != _ADDRESS)


def grants_of(tool: CustomTool, settings: SandboxSettings) -> CallGrants:
    """Return what the policy and the operator's defaults give this tool. Raises ToolFailed for an unset secret."""
    uses = {module.partition(".")[0] for module in tool.reflection.imports}
    grants = parse_grants(tool.policy.network)
    secrets = {name: _secret(name, settings) for name in tool.policy.secrets}
    if "openai" in uses and settings.openai_is_granted:
        grants = (*grants, Grant.parse(settings.openai_host, trusted=True))
        secrets = {_ADDRESS: settings.openai_base_url, **secrets}
        if settings.openai_api_key is not None:
            secrets = {"OPENAI_API_KEY": settings.openai_api_key.get_secret_value(), **secrets}
    elif "OPENAI_API_KEY" in secrets:
        secrets = {_ADDRESS: settings.openai_base_url, **secrets}
    needs_libraries = bool(uses & set(settings.libraries)) or bool(grants)
    return CallGrants("full" if needs_libraries else "core", grants, secrets)


def beyond_default(policy: ToolPolicy, settings: SandboxSettings) -> list[str]:
    """Return the hosts and secrets of a policy that the operator has not opened to every user's tools."""
    opened = parse_grants(settings.open_hosts)
    hosts = [
        entry
        for entry in policy.network
        if not any(grant in opened or _covered(grant, opened) for grant in parse_grants([entry]))
    ]
    return hosts + [f"secret {name}" for name in policy.secrets if name not in settings.open_secrets]


def _covered(grant: Grant, opened: tuple[Grant, ...]) -> bool:
    return not grant.below and any(wider.covers(grant.host, grant.port) for wider in opened)


def networked_libraries(policy: ToolPolicy, settings: SandboxSettings) -> list[str]:
    """Return the libraries that this policy does not let a tool import: they need granted hosts that it lacks."""
    if policy.network:
        return []
    return [name for name in settings.networked if not (name == "openai" and settings.openai_is_granted)]


def _secret(name: str, settings: SandboxSettings) -> str:
    value = settings.secrets.get(name)
    if value is None and name == "OPENAI_API_KEY":
        value = settings.openai_api_key
    if value is None:
        raise ToolFailed(f"the secret {name!r} that this tool was granted is not set on this server")
    return value.get_secret_value()

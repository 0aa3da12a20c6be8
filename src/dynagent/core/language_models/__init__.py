"""Language models: the port that is asked, the providers, and models and keys as people keep them."""

from dynagent.core.language_models.addresses import (
    MAX_ADDRESSES,
    ModelAddress,
    ModelAddresses,
    ModelAddressNotFound,
    host_and_port,
)
from dynagent.core.language_models.choosing import (
    AUTO,
    LEVELS,
    Candidate,
    Choice,
    Choices,
    Complexity,
    Preference,
    Wish,
    complexity_of,
    rank,
)
from dynagent.core.language_models.events import (
    ModelAddressAllowed,
    ModelAddressForbidden,
    ModelChanged,
    ModelCreated,
    ModelDeleted,
    ModelEvent,
    ProviderKeyAdded,
    ProviderKeyRemoved,
)
from dynagent.core.language_models.health import (
    HealthState,
    ModelHealth,
    ModelHealths,
    ModelsInStore,
    ModelTrials,
    RefusedPart,
    Tried,
    capabilities_of,
)
from dynagent.core.language_models.known import KnownModel, KnownModels
from dynagent.core.language_models.ports import (
    USUAL_TEMPERATURE,
    ChatMessage,
    ChatModel,
    ChatModels,
    ContextTooLong,
    ModelCircuitOpen,
    ModelError,
    ModelRateLimited,
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelRetry,
    ModelSwitched,
    ModelTimeout,
    ModelUnavailable,
    OnRetry,
    OnText,
    Prices,
    Role,
    ToolSpec,
    estimate_tokens,
)
from dynagent.core.language_models.providers import (
    PROVIDERS,
    Capabilities,
    Provider,
    ProviderNotFound,
    check_endpoint,
    find_provider,
    provider_at,
)
from dynagent.core.language_models.records import (
    FOR_TOOLS,
    MAX_KEYS,
    MAX_MODELS,
    KeyPurpose,
    ModelChangedMeanwhile,
    ModelNameTaken,
    ModelNotFound,
    ModelOwner,
    ModelParameters,
    ModelRecord,
    ModelRecords,
    ProviderKey,
    ProviderKeyCheck,
    ProviderKeyCheckResult,
    ProviderKeyNotFound,
    ProviderKeys,
    ProviderKeyTaken,
    TooManyModels,
    mask_key,
)
from dynagent.core.language_models.usage import ModelUsage, ProviderUsage
from dynagent.core.language_models.users import UsersModels

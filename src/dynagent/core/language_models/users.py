"""What a user has of models, for whoever asks them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dynagent.core.language_models.addresses import ModelAddress
from dynagent.core.language_models.health import ModelHealth
from dynagent.core.language_models.records import ModelRecord, ProviderKey


@dataclass(frozen=True, slots=True)
class UsersModels:
    """A user's own and the global models, the user's keys, and whether the user is an administrator.

    `health` is how the models do, by their ids; `addresses` are those that an administrator has allowed.
    """

    records: Sequence[ModelRecord]
    keys: Sequence[ProviderKey]
    is_admin: bool
    tracing_key: ProviderKey | None = None
    health: Mapping[str, ModelHealth] = field(default_factory=dict[str, ModelHealth])
    addresses: Sequence[ModelAddress] = ()

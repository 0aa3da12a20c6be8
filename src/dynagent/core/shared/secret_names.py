"""Names under which secrets are written: values of such fields are shown as `MASK` and never logged."""

import re
from typing import Any

MASK = "***"

_SECRET_NAME = re.compile(
    r"(?:^|[_\-.])(?:api[_-]?keys?|(?:access|private|secret|encryption|signing)[_-]?keys?|authorization|cookies?"
    r"|set-cookie|passwords?|passwd|passphrase|secrets?|token|(?:access|refresh|auth|bearer|session|id)[_-]?tokens?"
    r"|credentials?|dsn)$",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    """Say whether a field of this name holds a secret (`api_key`, `X-Auth-Token`; not `input_tokens`)."""
    return _SECRET_NAME.search(name) is not None


def masked(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings as they may be shown: values under secret names are `MASK`, unless they are empty."""
    return {name: MASK if value and is_secret_name(name) else value for name, value in settings.items()}


def unmasked(settings: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """Return settings that somebody sends back as they were shown: where they say `MASK`, what is kept stays."""
    return {
        name: kept[name] if value == MASK and name in kept and is_secret_name(name) else value
        for name, value in settings.items()
    }

"""Names under which secrets are written: values of such fields are stored sealed, shown as `MASK` and never logged.

In JSON that people write freely (settings of tools) a secret stands in one of three forms: the plain value as it was
sent, `{"$sealed": "…"}` as it is stored, and `{"$secret": "name"}`, which refers to one that its owner keeps elsewhere.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote, quote_plus

MASK = "***"
SEALED = "$sealed"
REFERENCE = "$secret"

Place = tuple[str | int, ...]
Change = Callable[[Any, Any, Place], Any]
"""Makes something else of a secret: from its value, what is kept in the same place, and the place."""

SHORTEST_HIDDEN = 6
"""Characters: masking shorter ones would only garble what is said."""

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
    """Return settings as they may be shown: secrets at any depth are `MASK`, references and empty values stay."""
    return with_secrets(settings, lambda value, _existing, _place: value if reference_in(value) else MASK)


def unmasked(settings: dict[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings that somebody sends back as they were shown: where they say `MASK`, what is kept stays."""
    return with_secrets(settings, lambda value, old, _place: old if value == MASK and old else value, existing)


def with_secrets(settings: Any, change: Change, existing: Any = None, place: Place = ()) -> Any:
    """Return JSON with every value under a secret's name changed, at any depth; empty values stay as they are."""
    if isinstance(settings, Mapping):
        old = cast("Mapping[str, Any]", existing if isinstance(existing, Mapping) else {})
        return {
            name: change(value, old.get(name), (*place, name))
            if value and is_secret_name(name)
            else with_secrets(value, change, old.get(name), (*place, name))
            for name, value in cast("Mapping[str, Any]", settings).items()
        }
    if isinstance(settings, list | tuple):
        items = cast("list[Any]", settings)
        olds = cast("list[Any]", existing if isinstance(existing, list | tuple) else [])
        return [
            with_secrets(item, change, olds[at] if at < len(olds) else None, (*place, at))
            for at, item in enumerate(items)
        ]
    return settings


def sealed_in(value: Any) -> str | None:
    """Return the ciphertext of a stored secret, None when this is none."""
    return _only(value, SEALED)


def reference_in(value: Any) -> str | None:
    """Return the name that a reference gives, None when this is none."""
    return _only(value, REFERENCE)


def without_secrets(value: Any, secrets: Sequence[str]) -> Any:
    """Return JSON in which `MASK` stands for each of these secrets in any text, names included."""
    if not secrets:
        return value
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value).items()
        return {without_secrets(name, secrets): without_secrets(item, secrets) for name, item in fields}
    if isinstance(value, list | tuple):
        return [without_secrets(item, secrets) for item in cast("list[Any]", value)]
    return value


def hidden_forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """Return the texts under which these secrets may come back, longest first: as they are, quoted as in JSON, in
    Python or in URLs. Those shorter than `SHORTEST_HIDDEN` characters are left out."""
    forms = {
        form
        for secret in secrets
        if len(secret) >= SHORTEST_HIDDEN
        for form in (
            secret,
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
            quote(secret),
            quote(secret, safe=""),
            quote_plus(secret),
        )
    }
    return tuple(sorted(forms, key=len, reverse=True))


def without_cut_secret(text: str, forms: Sequence[str]) -> str:
    """Return a text that was cut, without the beginning of a secret at its end; shorter beginnings stay."""
    for form in forms:
        for length in range(min(len(form), len(text)), SHORTEST_HIDDEN - 1, -1):
            if text.endswith(form[:length]):
                return text[:-length] + MASK
    return text


def _only(value: Any, name: str) -> str | None:
    if not isinstance(value, Mapping):
        return None
    fields = cast("Mapping[str, Any]", value)
    text = fields.get(name)
    return text if len(fields) == 1 and isinstance(text, str) else None

"""Access tokens: ours are read, everything else is refused."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from dynagent.core.identity import BadToken
from dynagent.infrastructure.security.keyring import KeyRing
from dynagent.infrastructure.security.tokens import JwtAccessTokens, new_secret

RING = KeyRing(["a" * 32])
TOKENS = JwtAccessTokens(RING, lifetime=timedelta(minutes=15))
NOW = datetime(2026, 11, 21, 12, 0, 0, 250_000, UTC)


def test_a_token_says_who_and_lasts_a_quarter_of_an_hour() -> None:
    token, expires = TOKENS.issue("u", "s", NOW)
    claims = TOKENS.read(token, NOW)

    assert (claims.user_id, claims.session_id) == ("u", "s")
    assert expires - NOW == timedelta(minutes=15)
    assert claims.issued_at == NOW
    assert TOKENS.read(token, NOW + timedelta(minutes=14, seconds=59)) == claims
    with pytest.raises(BadToken, match="expired"):
        TOKENS.read(token, NOW + timedelta(minutes=15))


def test_tokens_of_an_older_key_are_read_and_of_a_strange_one_refused() -> None:
    token, _ = TOKENS.issue("u", "s", NOW)

    assert JwtAccessTokens(KeyRing(["b" * 32, "a" * 32]), lifetime=timedelta(minutes=1)).read(token, NOW)
    with pytest.raises(BadToken):
        JwtAccessTokens(KeyRing(["b" * 32]), lifetime=timedelta(minutes=1)).read(token, NOW)


def test_another_algorithm_is_refused_whatever_the_header_says() -> None:
    key = RING.derive("jwt")[RING.current]
    claims = _claims()
    unsigned = f"{_part({'alg': 'none', 'typ': 'JWT', 'kid': RING.current})}.{_part(claims)}."

    for token in (
        unsigned,
        jwt.encode(claims, key + key, "HS512", headers={"kid": RING.current}),
        jwt.encode(claims, b"x" * 32, "HS256", headers={"kid": RING.current}),
        jwt.encode(claims, key, "HS256"),
        jwt.encode(claims, key, "HS256", headers={"kid": "../../dev/null"}),
    ):
        with pytest.raises(BadToken):
            TOKENS.read(token, NOW)
    assert TOKENS.read(jwt.encode(claims, key, "HS256", headers={"kid": RING.current}), NOW).user_id == "u"


def test_tampering_is_noticed() -> None:
    token, _ = TOKENS.issue("u", "s", NOW)
    head, body, signature = token.split(".")
    other = json.loads(base64.urlsafe_b64decode(body + "=="))
    other["sub"] = "admin"

    for broken in (f"{head}.{_part(other)}.{signature}", f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}.", ""):
        with pytest.raises(BadToken):
            TOKENS.read(broken, NOW)


@pytest.mark.parametrize(
    "change", [{"aud": "else"}, {"iss": "else"}, {"sid": None}, {"exp": None}, {"sub": 7}, {"iat": "x"}, {"iat": 1e300}]
)
def test_claims_must_be_there_and_ours(change: dict[str, Any]) -> None:
    claims = {name: value for name, value in {**_claims(), **change}.items() if value is not None}
    token = jwt.encode(claims, RING.derive("jwt")[RING.current], "HS256", headers={"kid": RING.current})

    with pytest.raises(BadToken):
        TOKENS.read(token, NOW)


def test_a_token_from_the_future_is_refused() -> None:
    token, _ = TOKENS.issue("u", "s", NOW + timedelta(minutes=5))

    with pytest.raises(BadToken):
        TOKENS.read(token, NOW)


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret("dyn_") for _ in range(100)}

    assert len(made) == 100
    assert all(len(secret) == 47 and secret.startswith("dyn_") for secret in made)


def _claims() -> dict[str, Any]:
    now = int(NOW.timestamp())
    return {
        "iss": "dynagent",
        "aud": "dynagent",
        "sub": "u",
        "sid": "s",
        "jti": "j",
        "iat": now,
        "nbf": now,
        "exp": now + 60,
    }


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

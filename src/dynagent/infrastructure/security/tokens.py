"""Access tokens: JWTs signed with HS256 and nothing else, key id in the header, a quarter of an hour long."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from dynagent.core.identity import AccessClaims, AccessTokens, BadToken
from dynagent.infrastructure.security.keyring import KeyRing

ALGORITHM = "HS256"
ISSUER = "dynagent"
_CLAIMS = ["exp", "iat", "nbf", "iss", "aud", "sub", "sid", "jti"]


class JwtAccessTokens(AccessTokens):
    """Signs with the current key; tokens of older keys are read until they expire."""

    def __init__(self, keys: KeyRing, *, lifetime: timedelta) -> None:
        self._keys = keys.derive("jwt")
        self._current = keys.current
        self._lifetime = lifetime

    def issue(self, user_id: str, session_id: str, now: datetime) -> tuple[str, datetime]:
        """Return a token and when it expires."""
        expires = now + self._lifetime
        claims = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": user_id,
            "sid": session_id,
            "jti": secrets.token_urlsafe(12),
            "iat": now.timestamp(),
            "nbf": int(now.timestamp()),
            "exp": int(expires.timestamp()),
        }
        # With what it brings, 10 MB that nobody needs before somebody signs in.
        import jwt

        return jwt.encode(claims, self._keys[self._current], ALGORITHM, headers={"kid": self._current}), expires

    def read(self, token: str, now: datetime) -> AccessClaims:
        """Return what a token says. Raises BadToken for every other signature, algorithm, audience, age."""
        # Late, as above.
        import jwt

        try:
            key = self._keys.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                raise BadToken("the access token was signed with a key that is not known here")
            # PyJWT compares with the wall clock; ours is a port, so times are compared below.
            options: Any = {"require": _CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False}
            claims = jwt.decode(token, key, algorithms=[ALGORITHM], audience=ISSUER, issuer=ISSUER, options=options)
            read = AccessClaims(
                user_id=claims["sub"],
                session_id=claims["sid"],
                issued_at=datetime.fromtimestamp(float(claims["iat"]), UTC),
                expires_at=datetime.fromtimestamp(float(claims["exp"]), UTC),
            )
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError):
            raise BadToken("the access token cannot be verified") from None
        if not read.issued_at - timedelta(minutes=1) <= now < read.expires_at:
            raise BadToken("the access token has expired; renew it with POST /api/v1/auth/refresh-token")
        return read


def new_secret(prefix: str) -> str:
    """Return 256 random bits as text after a prefix."""
    return prefix + secrets.token_urlsafe(32)

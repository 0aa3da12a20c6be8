"""Refusals of identity: who somebody is, what somebody may do. Their texts never say whether an account exists."""

from dynagent.core.shared.errors import Busy, Conflict, DynagentError, ErrorKind, InvalidInput, NotFound


class NotSignedIn(DynagentError):
    """Nobody has signed in, and this needs somebody."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "not_signed_in"


class BadToken(NotSignedIn):
    """The token, key or ticket is not (or no longer) one of ours: expired, revoked, forged, tampered with."""

    code = "bad_token"


class WrongCredentials(NotSignedIn):
    """Name and password do not go together, or there is no such account, or it cannot be signed in to."""

    code = "wrong_credentials"


class RefreshTokenReused(BadToken):
    """A refresh token was used twice: somebody has a copy, so all sessions that came from it are ended."""

    code = "refresh_token_reused"


class PermissionDenied(DynagentError):
    """The caller is known and may not do this."""

    kind = ErrorKind.FORBIDDEN
    code = "permission_denied"


class CrossSiteRequest(PermissionDenied):
    """A request that is let in by a cookie did not prove that a page of ours has sent it."""

    code = "cross_site_request"


class UserDisabled(PermissionDenied):
    """The account is switched off."""

    code = "user_disabled"


class RegistrationClosed(PermissionDenied):
    """New accounts are made by administrators here."""

    code = "registration_closed"


class UserNotFound(NotFound):
    """No user under this id that the caller may see."""

    code = "user_not_found"


class UsernameTaken(Conflict):
    """The name, or the address, belongs to another account."""

    code = "username_taken"


class LastAdministrator(Conflict):
    """Without this one nobody could administer the installation."""

    code = "last_administrator"


class SetupDone(Conflict):
    """The installation has an administrator already."""

    code = "setup_done"


class BadPassword(InvalidInput):
    """The new password is too easily guessed."""

    code = "bad_password"


class SessionNotFound(NotFound):
    """The caller has no live session under this id."""

    code = "session_not_found"


class AccessKeyNotFound(NotFound):
    """The caller has no access key under this id."""

    code = "access_key_not_found"


class TooManyAccessKeys(Conflict):
    """Somebody has as many access keys as there may be."""

    code = "too_many_access_keys"


class TooManyAttempts(Busy):
    """Too many attempts in a short time; `retry_after_s` says when to come back."""

    code = "too_many_attempts"


class TooManyRequests(Busy):
    """A rate limit is reached; `retry_after_s` says when to come back."""

    code = "too_many_requests"

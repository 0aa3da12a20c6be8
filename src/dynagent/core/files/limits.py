"""How much a user may store, and of what: asked before bytes are taken, and again with the real numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from dynagent.core.files.ports import FileUsage
from dynagent.core.shared.errors import Conflict, DynagentError, ErrorKind

MAX_ATTACHED = 100
"""How many files one agent, workflow or run may have."""


class FileTooLarge(DynagentError):
    """The file has more bytes than one may have; `extra` has `limit` (bytes)."""

    kind = ErrorKind.TOO_LARGE
    code = "file_too_large"


class QuotaExceeded(Conflict):
    """The user's files would take more bytes than they may; `extra` has `limit` and `used` (bytes)."""

    code = "file_quota_exceeded"


class TooManyFiles(Conflict):
    """The user has as many files, or begun uploads, as they may; `extra` has `limit`."""

    code = "too_many_files"


class TypeNotAllowed(DynagentError):
    """Files of this type are not taken here; `extra` has `content_type` and `allowed`."""

    kind = ErrorKind.INVALID
    code = "file_type_not_allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """Bounds of one installation: bytes of a file and of a user's files, numbers, types (patterns like `image/*`)."""

    max_file_bytes: int
    max_user_bytes: int
    max_user_files: int
    max_user_uploads: int
    part_bytes: int
    allowed_types: Sequence[str] = ("*",)

    def room(self, usage: FileUsage) -> int:
        """Return how many bytes the next file may have. Raises QuotaExceeded, TooManyFiles when it may have none."""
        if usage.files >= self.max_user_files:
            most = self.max_user_files
            raise TooManyFiles(f"a user has at most {most} files; delete some first", extra={"limit": most})
        left = self.max_user_bytes - usage.bytes
        if left <= 0:
            raise self._over_quota(usage)
        return min(left, self.max_file_bytes)

    def check(self, size: int, usage: FileUsage) -> None:
        """Refuse a file of this size. Raises FileTooLarge, QuotaExceeded, TooManyFiles."""
        if size > self.max_file_bytes:
            most = self.max_file_bytes
            raise FileTooLarge(f"a file has at most {most} bytes", extra={"limit": most})
        if size > self.room(usage):
            raise self._over_quota(usage)

    def check_uploads(self, begun: int) -> None:
        """Refuse one more upload beside those that are begun. Raises TooManyFiles."""
        if begun >= self.max_user_uploads:
            most = self.max_user_uploads
            raise TooManyFiles(f"at most {most} uploads are open at once; end or abort one", extra={"limit": most})

    def check_type(self, content_type: str) -> None:
        """Refuse what is of no allowed type. Raises TypeNotAllowed."""
        if not any(fnmatchcase(content_type, pattern) for pattern in self.allowed_types):
            raise TypeNotAllowed(
                f"the content is {content_type}; taken are {', '.join(self.allowed_types)}",
                extra={"content_type": content_type, "allowed": list(self.allowed_types)},
            )

    def _over_quota(self, usage: FileUsage) -> QuotaExceeded:
        return QuotaExceeded(
            f"your files may take {self.max_user_bytes} bytes and take {usage.bytes} by now; delete some first",
            extra={"limit": self.max_user_bytes, "used": usage.bytes},
        )

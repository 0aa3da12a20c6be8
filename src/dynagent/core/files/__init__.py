"""Files of users: what is stored (entity), how it arrives (uploads), what it is (types), where it is kept (ports)."""

from dynagent.core.files.entity import (
    FileChangedMeanwhile,
    FileInUse,
    FileNotFound,
    StoredFile,
    clean_name,
)
from dynagent.core.files.limits import FileLimits, FileTooLarge, QuotaExceeded, TooManyFiles, TypeNotAllowed
from dynagent.core.files.ports import (
    ContentMissing,
    FileAttachments,
    FileFilter,
    Files,
    FileTexts,
    FileUsage,
    Infected,
    Objects,
    ObjectsAway,
    ScannerAway,
    StoredObject,
    Subject,
    TextUnreadable,
    TypeOf,
    Uploads,
    VirusScan,
)
from dynagent.core.files.types import HEAD_BYTES, IMAGES, OCTETS, is_image, is_text, shown_inline
from dynagent.core.files.uploads import (
    NotAsDeclared,
    OffsetMismatch,
    Upload,
    UploadChangedMeanwhile,
    UploadNotFound,
)

knows = frozenset({"agents", "workflows"})
"""The nouns whose core ports its commands and queries may use."""

__all__ = [
    "HEAD_BYTES",
    "IMAGES",
    "OCTETS",
    "ContentMissing",
    "FileAttachments",
    "FileChangedMeanwhile",
    "FileFilter",
    "FileInUse",
    "FileLimits",
    "FileNotFound",
    "FileTexts",
    "FileTooLarge",
    "FileUsage",
    "Files",
    "Infected",
    "NotAsDeclared",
    "Objects",
    "ObjectsAway",
    "OffsetMismatch",
    "QuotaExceeded",
    "ScannerAway",
    "StoredFile",
    "StoredObject",
    "Subject",
    "TextUnreadable",
    "TooManyFiles",
    "TypeNotAllowed",
    "TypeOf",
    "Upload",
    "UploadChangedMeanwhile",
    "UploadNotFound",
    "Uploads",
    "VirusScan",
    "clean_name",
    "is_image",
    "is_text",
    "shown_inline",
]

"""Commands about files."""

from dynagent.application.commands.files.attach import AttachFile, DetachFile
from dynagent.application.commands.files.delete import DeleteFile
from dynagent.application.commands.files.settings import FileSettings
from dynagent.application.commands.files.sweep import SweepFiles
from dynagent.application.commands.files.upload import CheckRoom, Uploaded, UploadFile
from dynagent.application.commands.files.uploads import AbortUpload, BeginUpload, ContinueUpload, FindUpload, Progress

__all__ = [
    "AbortUpload",
    "AttachFile",
    "BeginUpload",
    "CheckRoom",
    "ContinueUpload",
    "DeleteFile",
    "DetachFile",
    "FileSettings",
    "FindUpload",
    "Progress",
    "SweepFiles",
    "UploadFile",
    "Uploaded",
]

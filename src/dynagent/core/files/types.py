"""Types of files as far as rules depend on them; which one a content is, its first bytes say (port `TypeOf`)."""

HEAD_BYTES = 64 * 1024
"""How many of the first bytes are looked at: enough for the containers whose mark stands late."""
OCTETS = "application/octet-stream"
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What models that see take, and what browsers draw without running anything."""
_TEXTS = frozenset({"application/json", "application/xml", "application/yaml", "application/x-ndjson"})


def is_image(content_type: str) -> bool:
    """Whether a model that sees can be shown it."""
    return content_type in IMAGES


def is_text(content_type: str) -> bool:
    """Whether its bytes are text in some encoding."""
    return content_type.startswith("text/") or content_type in _TEXTS


def shown_inline(content_type: str) -> bool:
    """Whether a browser may show it in place: nothing that can hold scripts, so no HTML and no SVG."""
    return is_image(content_type) or content_type in ("application/pdf", "text/plain")

"""API keys as they are given: from files and secrets with a line end, pasted with spaces."""


def read_key(text: str) -> str:
    """Return the key without white space at its ends. Raises ValueError for what HTTP cannot carry; never shows it."""
    key = text.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("a key is printable ASCII without spaces or line ends inside")
    return key

"""Which modules a tool may import, and why others are refused."""

from dynagent.infrastructure.sandbox.inside import bases

_STANDARD_NAMES = """
__future__ abc array ast asyncio base64 binascii bisect bz2 calendar cmath codecs collections collections.abc colorsys
concurrent concurrent.futures configparser contextlib contextvars copy csv dataclasses datetime decimal difflib email
email.message email.mime.multipart email.mime.text email.utils enum errno fnmatch fractions functools graphlib gzip
hashlib heapq hmac html html.entities html.parser http inspect io ipaddress itertools json json.decoder keyword locale
logging lzma math numbers operator pprint queue random re reprlib sched secrets shlex statistics string struct textwrap
threading time timeit tomllib traceback types typing typing_extensions unicodedata urllib urllib.error urllib.parse
uuid warnings weakref xml xml.dom xml.dom.minidom xml.etree xml.etree.ElementTree xml.sax.saxutils zlib zoneinfo
"""

STANDARD = frozenset(_STANDARD_NAMES.split())
"""Modules of the standard library that compute and do not reach out."""

_OF_TYPES = """
SimpleNamespace MappingProxyType NoneType EllipsisType NotImplementedType UnionType GenericAlias DynamicClassAttribute
"""
_OF_INSPECT = """
iscoroutine iscoroutinefunction isawaitable isasyncgen isasyncgenfunction isgenerator isgeneratorfunction isclass
isfunction ismethod isroutine cleandoc getdoc signature Signature Parameter
"""

PARTIAL = {"types": frozenset(_OF_TYPES.split()), "inspect": frozenset(_OF_INSPECT.split())}
"""Modules of which only some names may be used: the others make code or look into frames."""

NETWORK = frozenset({"http.client", "urllib.request", "ssl"})
"""Modules of the standard library that need granted hosts."""

BLOCKED = {
    "os": "the operating system is out of reach for tools",
    "sys": "the interpreter's own state is out of reach for tools",
    "subprocess": "tools cannot start programs",
}
"""What is never imported, with reasons; everything not allowed is refused as well."""


def objection(
    module: str, *, network: bool, libraries: frozenset[str], networked: frozenset[str]
) -> tuple[str, str] | None:
    """Return (rule, message) when a module may not be imported, else None."""
    top = module.partition(".")[0]
    if top in BLOCKED:
        return "import_blocked", f"import of '{module}' is not allowed: {BLOCKED[top]}"
    if module in bases.MODULES or module in STANDARD:
        return None
    if module in NETWORK or (top in libraries and top in networked):
        if network:
            return None
        return "import_network", f"'{module}' reaches the network: register the tool with `network: [\"host:port\"]`"
    if top in libraries:
        return None
    return "import_unknown", f"import of '{module}' is not allowed: it is not among the modules that tools may use"


def objection_to_name(module: str, name: str) -> tuple[str, str] | None:
    """Return (rule, message) when a name of an allowed module may not be used, else None."""
    known = bases.NAMES if module in bases.MODULES else PARTIAL.get(module)
    if known is None or name in known or f"{module}.{name}" in bases.MODULES:
        return None
    return "import_unknown", f"of '{module}' tools may use only {', '.join(sorted(known))}"
